import Foundation
import Synchronization

/// A small HTTP/1.1 server on this machine alone, which can do what servers and networks do wrong.
final class LoopbackServer: Sendable {
  struct Behaviour {
    /// By path, with its slash.
    var files: [String: [UInt8]] = [:]
    /// From a path to where it has moved.
    var moved: [String: String] = [:]
    var answersRanges = true
    /// Sent as the ETag, and compared with If-Range; nil for none.
    var version: String? = "\"1\""
    /// Whether the body's length is told; else the end of the connection ends it.
    var tellsLength = true
    /// Bytes of the body after which the connection is cut, for the first, second, … request; nil for none.
    var cuts: [Int?] = []
    /// The code that is all the answer to the first, second, … request; nil for a better one.
    var refusals: [Int?] = []
  }

  struct Request: Equatable {
    let path: String
    var range: String?
    var ifRange: String?
  }

  private struct State {
    var behaviour: Behaviour
    var requests: [Request] = []
  }

  private let state: Mutex<State>
  private let listener: Int32
  let port: UInt16

  init(_ behaviour: Behaviour) throws {
    state = Mutex(State(behaviour: behaviour))
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, address, &length) == 0
      }
    }
    guard bound else { throw CocoaError(.fileReadUnknown) }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        self?.answer(connection)
        close(connection)
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  var address: String { "http://127.0.0.1:\(port)" }

  var requests: [Request] { state.withLock { $0.requests } }

  func change(_ change: (inout Behaviour) -> Void) { state.withLock { change(&$0.behaviour) } }

  private func answer(_ connection: Int32) {
    guard let request = Self.request(from: connection) else { return }
    let (behaviour, refusal, cut) = state.withLock { state in
      state.requests.append(request)
      let refusal = state.behaviour.refusals.isEmpty ? nil : state.behaviour.refusals.removeFirst()
      let cut = state.behaviour.cuts.isEmpty ? nil : state.behaviour.cuts.removeFirst()
      return (state.behaviour, refusal, cut)
    }
    if let place = behaviour.moved[request.path] {
      Self.send("HTTP/1.1 302 Found\r\nLocation: \(place)\r\nContent-Length: 3\r\n\r\nno\n", connection)
      return
    }
    guard refusal == nil, let file = behaviour.files[request.path] else {
      Self.send("HTTP/1.1 \(refusal ?? 404) No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", connection)
      return
    }
    var body = file[...]
    var head = "HTTP/1.1 200 OK\r\n"
    let isSameVersion = request.ifRange == nil || request.ifRange == behaviour.version
    if behaviour.answersRanges, isSameVersion, let start = request.range.flatMap(Self.start) {
      guard start < file.count else {
        Self.send("HTTP/1.1 416 No\r\nContent-Range: bytes */\(file.count)\r\nContent-Length: 0\r\n\r\n", connection)
        return
      }
      body = file[start...]
      head = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes \(start)-\(file.count - 1)/\(file.count)\r\n"
    }
    if let version = behaviour.version { head += "ETag: \(version)\r\n" }
    if behaviour.tellsLength { head += "Content-Length: \(body.count)\r\n" }
    Self.send(head + "Connection: close\r\n\r\n", connection)
    Self.send(Array(cut.map { body.prefix($0) } ?? body), connection)
  }

  private static func request(from connection: Int32) -> Request? {
    var text = ""
    var piece = [UInt8](repeating: 0, count: 4096)
    while !text.contains("\r\n\r\n") {
      let count = recv(connection, &piece, piece.count, 0)
      guard count > 0 else { return nil }
      text += String(decoding: piece.prefix(count), as: UTF8.self)
    }
    let lines = text.components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ")
    guard words.count == 3 else { return nil }
    func field(_ name: String) -> String? {
      lines.first { $0.lowercased().hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
    }
    return Request(path: String(words[1]), range: field("range"), ifRange: field("if-range"))
  }

  /// Of `bytes=100-`.
  private static func start(of range: String) -> Int? {
    range.hasPrefix("bytes=") && range.hasSuffix("-") ? Int(range.dropFirst(6).dropLast()) : nil
  }

  private static func send(_ text: String, _ connection: Int32) { send(Array(text.utf8), connection) }

  private static func send(_ bytes: [UInt8], _ connection: Int32) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(connection, $0.baseAddress! + done, $0.count - done, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      done += count
    }
  }
}
