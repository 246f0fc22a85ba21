#if Peers
  import Glibc
  import Varve
  import VarveBase

  /// Varve's own server, in a process of its own; in this one where there is no program to start.
  struct ServedVarve {
    let address: String
    let process: ServerProcess
    private let here: (varve: Varve, service: Varve.Service)?

    init(in directory: String, _ program: String?) async throws {
      try LocalFileSystem().createDirectory(directory)
      guard let program else {
        let varve = try await Varve.open("\(directory)/log")
        let service = try await varve.serve(port: 0)
        here = (varve, service)
        address = service.address
        process = .own
        return
      }
      let output = "\(directory)/said"
      process = try ServerProcess(
        starting: program, ["serve", "\(directory)/log"], output: output)
      here = nil
      do { address = try Loopback.firstLine(of: output, by: process) } catch {
        process.kill()
        throw error
      }
    }

    /// Ends the other process, if there is one.
    func kill() {
      if here == nil { process.kill() }
    }

    func close() async throws { try await here?.varve.close() }

    /// The other process: serves, and says where.
    static func serve(_ directory: String) async throws {
      let varve = try await Varve.open(directory)
      let service = try await varve.serve(port: 0)
      print(service.address)
      fflush(nil)
      while true { try await Task.sleep(for: .seconds(3600)) }
    }
  }
#endif
