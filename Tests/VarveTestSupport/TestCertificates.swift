import VarveTestKit

/// Certificates for one run of tests, made anew: none can expire between two runs.
///
/// An authority, `authority.pem`; of it `server.pem` with its key for `localhost` and 127.0.0.1,
/// another such, `renewed.pem`, and `client.pem` of the subject `CN=alice,O=Varve`; `stranger.pem`
/// of an authority of its own; and `expired.pem` and `outdated.pem`, a client's and a server's that
/// are of yesterday.
package struct TestCertificates: Sendable {
  private let directory: TemporaryDirectory

  /// Made once, for all tests of a process.
  package static var shared: TestCertificates {
    get async throws { try await made.value }
  }

  private static let made = Task { try await TestCertificates() }

  private init() async throws {
    directory = try TemporaryDirectory()
    let errors = directory.path + "/errors"
    let process = try ChildProcess(
      "/bin/bash", ["-c", Self.script], directory: directory.path,
      environment: ["PATH": "/usr/bin:/bin"], errors: .file(errors))
    guard try await onThread({ process.wait() }) == 0 else { throw Failure(place: errors) }
  }

  package struct Failure: Error { let place: String }

  package func path(_ name: String) -> String { "\(directory.path)/\(name).pem" }

  private static let script = """
    set -euo pipefail
    key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $1.key; }
    root() { # NAME SUBJECT
      key $1
      openssl req -x509 -new -key $1.key -subj "$2" -days 2 -out $1.crt \
        -addext basicConstraints=critical,CA:true
      cat $1.crt >$1.pem
    }
    leaf() { # NAME SUBJECT EXTENSIONS DATES…
      key $1
      openssl req -new -key $1.key -subj "$2" -out $1.csr
      printf '%s\\n' "$3" >$1.ext
      touch index.txt
      openssl ca -batch -config ca.conf -notext -in $1.csr -out $1.crt \
        -extfile $1.ext "${@:4}"
      cat $1.crt $1.key >$1.pem
    }
    printf '%s\\n' '[ca]' 'default_ca=a' '[a]' 'database=index.txt' 'new_certs_dir=.' \
      'certificate=authority.crt' 'private_key=authority.key' 'default_md=sha256' 'policy=p' \
      'unique_subject=no' 'rand_serial=yes' '[p]' 'commonName=supplied' \\
      'organizationName=optional' >ca.conf
    root authority /CN=authority
    root stranger /CN=alice
    cat stranger.key >>stranger.pem
    leaf server /CN=server 'subjectAltName=DNS:localhost,IP:127.0.0.1' -days 2
    leaf renewed /CN=renewed 'subjectAltName=DNS:localhost,IP:127.0.0.1' -days 2
    leaf client /CN=alice/O=Varve 'extendedKeyUsage=clientAuth' -days 2
    leaf expired /CN=alice/O=Varve 'extendedKeyUsage=clientAuth' \
      -startdate 20200101000000Z -enddate 20200102000000Z
    leaf outdated /CN=server 'subjectAltName=DNS:localhost,IP:127.0.0.1' \
      -startdate 20200101000000Z -enddate 20200102000000Z
    """
}
