package import VarveBase

/// Asks what the log directories hold.
///
/// Version 2 is flexible; 3 knows an error of the whole; 4 asks for the sizes of volumes (KIP-827);
/// 5 asks for cordoned directories (KIP-1066).
package struct DescribeLogDirsRequest: WireMessage, Equatable {
  package static let api = API(35, versions: 1...5, flexibleSince: 2)

  /// Null: all.
  package var topics: [Topic]?

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var partitionIndexes: [Int32] = []

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&partitionIndexes)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&topics)
  }
}

/// What the log directories hold.
///
/// Version 2 is flexible; 3 added `errorCode`; 4 added `totalBytes`, `usableBytes` (KIP-827); 5
/// added `isCordoned` (KIP-1066).
package struct DescribeLogDirsResponse: WireMessage, Equatable {
  package static let api = API(35, versions: 1...5, flexibleSince: 2)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var directories: [Directory] = []

  package struct Directory: WireStruct, Hashable, Sendable {
    package var errorCode = ErrorCode.none
    package var path = ""
    package var topics: [Topic] = []
    /// Of the volume, or -1.
    package var totalBytes: Int64 = -1
    /// Of the volume, or -1.
    package var usableBytes: Int64 = -1
    /// Whether it gets no new partitions.
    package var isCordoned = false

    package struct Topic: WireStruct, Hashable, Sendable {
      package var name = ""
      package var partitions: [Partition] = []

      package struct Partition: WireStruct, Hashable, Sendable {
        package var partitionIndex: Int32 = 0
        /// Of the log's segments.
        package var byteCount: Int64 = 0
        /// How far the log is behind its partition's high watermark or, where it is moving here,
        /// behind the log that it will replace.
        package var offsetLag: Int64 = 0
        /// Whether it is moving here from another directory.
        package var isFuture = false

        package init() {}
        package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
          wire.code(&partitionIndex)
          wire.code(&byteCount)
          wire.code(&offsetLag)
          wire.code(&isFuture)
        }
      }

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&name)
        wire.code(&partitions)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&errorCode)
      wire.code(&path)
      wire.code(&topics)
      wire.code(&totalBytes, since: 4)
      wire.code(&usableBytes, since: 4)
      wire.code(&isCordoned, since: 5)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode, since: 3)
    wire.code(&directories)
  }
}
