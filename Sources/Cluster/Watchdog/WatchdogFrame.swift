/// The messages between the watchdogs of two ranks: frames of a kind, a length and a body.
///
/// The connection is between ranks of one job, which run the same program (they have agreed on its SHA-256); lengths
/// are limited all the same, and a peer that does not begin with the job's token is ignored.
package enum WatchdogFrame: Equatable, Sendable {
  /// The first frame of a rank: the job's token, the rank, its process and its host.
  case hello(token: [UInt8], rank: Int, process: Int32, host: String)
  /// The operation of a rank.
  case heartbeat(Activity.Snapshot)
  /// The job ends: `process` on `host` hangs and may be woken to end with the others.
  case abort(process: Int32, host: String)

  package static let tokenBytes = 16
  /// Of a body.
  package static let limit = 1 << 12
  private static let headerBytes = 5

  package var bytes: [UInt8] {
    var body: [UInt8] = []
    let kind: UInt8
    switch self {
    case .hello(let token, let rank, let process, let host):
      kind = 1
      body = token + Self.bytes(rank) + Self.bytes(Int(process)) + Array(host.utf8)
    case .heartbeat(let state):
      kind = 2
      body = Self.bytes(state.step) + Self.bytes(state.operation.rawValue) + Self.bytes(state.changes)
    case .abort(let process, let host):
      kind = 3
      body = Self.bytes(Int(process)) + Array(host.utf8)
    }
    return [kind] + Self.bytes(body.count).prefix(4) + body
  }

  /// Takes the first whole frame off `buffer`; nil while there is none.
  package static func take(from buffer: inout [UInt8]) throws(WatchdogFrameError) -> WatchdogFrame? {
    guard buffer.count >= headerBytes else { return nil }
    let count = number(buffer[1..<headerBytes])
    guard count <= limit else { throw .malformed }
    guard buffer.count >= headerBytes + count else { return nil }
    let (kind, body) = (buffer[0], Array(buffer[headerBytes..<headerBytes + count]))
    buffer.removeFirst(headerBytes + count)
    guard let frame = WatchdogFrame(kind, body) else { throw .malformed }
    return frame
  }

  private init?(_ kind: UInt8, _ body: [UInt8]) {
    func text(from start: Int) -> String { String(decoding: body.dropFirst(start), as: UTF8.self) }
    func value(at start: Int) -> Int { Self.number(body[start..<start + 8]) }
    switch kind {
    case 1 where body.count >= Self.tokenBytes + 16:
      guard let process = Int32(exactly: value(at: Self.tokenBytes + 8)) else { return nil }
      self = .hello(
        token: Array(body.prefix(Self.tokenBytes)), rank: value(at: Self.tokenBytes), process: process,
        host: text(from: Self.tokenBytes + 16))
    case 2 where body.count == 24:
      guard let operation = Activity.Operation(rawValue: value(at: 8)) else { return nil }
      self = .heartbeat(Activity.Snapshot(step: value(at: 0), operation: operation, changes: value(at: 16)))
    case 3 where body.count >= 8:
      guard let process = Int32(exactly: value(at: 0)) else { return nil }
      self = .abort(process: process, host: text(from: 8))
    default: return nil
    }
  }

  /// Little-endian, eight bytes.
  private static func bytes(_ value: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt64(bitPattern: Int64(value)).littleEndian) { Array($0) }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    Int(Int64(bitPattern: bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }))
  }
}

package enum WatchdogFrameError: Error {
  case malformed
}
