#if Serve
  package import VarveSecurity

  /// The client's side of SCRAM (RFC 5802), which proves that both sides know the password, without
  /// it. Without I/O.
  package struct ScramLogin {
    /// Why the server is not to be trusted with more.
    package struct Fault: Error, Equatable {
      package let reason: String
    }

    /// What is asked of us at most: more would only keep the processor busy.
    private static let iterationsMax = 1_000_000
    /// What makes a password too easy to try for whoever listens (RFC 7677).
    private static let iterationsMin = 4_096

    private let function: HashFunction
    private let password: [UInt8]
    private let nonce: String
    private let firstBare: String
    private var serverSignature: [UInt8] = []

    /// - Parameter nonce: Printable ASCII without commas that was never used before.
    package init(_ function: HashFunction, user: String, password: String, nonce: String) {
      self.function = function
      self.password = Array(password.utf8)
      self.nonce = nonce
      let name = user.replacing("=", with: "=3D").replacing(",", with: "=2C")
      firstBare = "n=\(name),r=\(nonce)"
    }

    /// What is said first.
    package var first: [UInt8] { Array("n,,\(firstBare)".utf8) }

    /// The answer to the server's challenge.
    package mutating func final(to challenge: [UInt8]) throws(Fault) -> [UInt8] {
      let text = String(decoding: challenge, as: UTF8.self)
      let parts = text.split(separator: ",", omittingEmptySubsequences: false)
      guard parts.count >= 3, let nonce = parts[0].value(of: "r"),
        let salt = parts[1].value(of: "s").flatMap({ Base64.decode(Array($0.utf8)) }),
        let iterations = parts[2].value(of: "i").flatMap({ Int($0) })
      else { throw Fault(reason: "its challenge is none of SCRAM") }
      guard nonce.hasPrefix(self.nonce), nonce.count > self.nonce.count else {
        throw Fault(reason: "its challenge is for somebody else")
      }
      guard (Self.iterationsMin...Self.iterationsMax).contains(iterations), !salt.isEmpty else {
        throw Fault(reason: "it wants the password hashed \(iterations) times")
      }
      let salted = function.salted(password, salt: salt, iterations: Int32(iterations))
      let withoutProof = "c=biws,r=\(nonce)"
      let signed = Array("\(firstBare),\(text),\(withoutProof)".utf8)
      let clientKey = function.mac(of: Array("Client Key".utf8), key: salted)
      let serverKey = function.mac(of: Array("Server Key".utf8), key: salted)
      serverSignature = function.mac(of: signed, key: serverKey)
      let signature = function.mac(of: signed, key: function.hash(clientKey))
      let proof = zip(clientKey, signature).map { $0 ^ $1 }
      return Array("\(withoutProof),p=\(Base64.encode(proof))".utf8)
    }

    /// Throws where the server does not know the password either.
    package func check(_ answer: [UInt8]) throws(Fault) {
      let text = String(decoding: answer, as: UTF8.self)
      guard !serverSignature.isEmpty,
        let signature = text[...].value(of: "v").flatMap({ Base64.decode(Array($0.utf8)) }),
        HashFunction.areEqual(signature, serverSignature)
      else { throw Fault(reason: "it does not prove that it knows the password") }
    }
  }

  extension Substring {
    /// What stands behind `name=`; nil where it is not that.
    fileprivate func value(of name: Character) -> Substring? {
      hasPrefix("\(name)=") ? dropFirst(2) : nil
    }
  }
#endif
