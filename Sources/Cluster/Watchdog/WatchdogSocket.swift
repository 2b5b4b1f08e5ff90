import Glibc

/// A TCP connection that never blocks: bytes that cannot be sent at once are kept, or, if the other side does not read,
/// left out.
package final class WatchdogSocket {
  /// Bytes per read; more than the other side sends between two reads.
  private static let readLimit = 1 << 16
  /// More than this unsent, and the other side is not reading.
  private static let backlog = 1 << 16

  let descriptor: Int32
  private var received: [UInt8] = []
  private var unsent: [UInt8] = []
  /// Whether the other side has gone.
  private(set) var isClosed = false

  /// Takes over an open, nonblocking socket.
  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    var yes: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit { close(descriptor) }

  package func send(_ frame: WatchdogFrame) {
    if unsent.count < Self.backlog { unsent += frame.bytes }
    while !unsent.isEmpty, !isClosed {
      let count = unsent.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count > 0 {
        unsent.removeFirst(count)
      } else if count < 0, errno == EAGAIN || errno == EWOULDBLOCK {
        return
      } else if errno != EINTR {
        isClosed = true
      }
    }
  }

  /// The frames that have come.
  package func receive() -> [WatchdogFrame] {
    var piece = [UInt8](repeating: 0, count: 1 << 12)
    while !isClosed, received.count < Self.readLimit {
      let count = piece.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
      if count > 0 {
        received += piece.prefix(count)
      } else if count < 0, errno == EAGAIN || errno == EWOULDBLOCK {
        break
      } else if count == 0 || errno != EINTR {
        isClosed = true
      }
    }
    var frames: [WatchdogFrame] = []
    do {
      while let frame = try WatchdogFrame.take(from: &received) { frames.append(frame) }
    } catch {
      isClosed = true
    }
    return frames
  }

  // MARK: Making connections

  /// Listens on a port chosen by the kernel, on all interfaces or only the loopback interface.
  package static func listen(onLoopbackOnly isLocal: Bool) -> (descriptor: Int32, port: UInt16)? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    var address = ipv4(isLocal ? INADDR_LOOPBACK : INADDR_ANY, port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withSocketAddress(&address) { pointer in
      bind(descriptor, pointer, length) == 0 && Glibc.listen(descriptor, 1024) == 0
        && getsockname(descriptor, pointer, &length) == 0
    }
    guard isListening else {
      close(descriptor)
      return nil
    }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  /// A connection accepted from a listening socket.
  package static func accept(from listener: Int32) -> WatchdogSocket? {
    let descriptor = Glibc.accept(listener, nil, nil)
    guard descriptor >= 0 else { return nil }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    return WatchdogSocket(descriptor)
  }

  /// Connects to the first address that answers within `milliseconds`.
  static func connect(to addresses: [UInt32], port: UInt16, milliseconds: Int32) -> WatchdogSocket? {
    for address in addresses {
      let descriptor = socket(
        AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
      guard descriptor >= 0 else { continue }
      var target = ipv4(address, port: port)
      let length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let answer = withSocketAddress(&target) { Glibc.connect(descriptor, $0, length) }
      if answer == 0 || errno == EINPROGRESS {
        var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&polled, 1, milliseconds)
        var (error, size) = (Int32(1), socklen_t(MemoryLayout<Int32>.size))
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
        if polled.revents != 0, error == 0 { return WatchdogSocket(descriptor) }
      }
      close(descriptor)
    }
    return nil
  }

  /// This host's IPv4 addresses, in host order, the loopback ones left out.
  static var hostAddresses: [UInt32] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    var found: [UInt32] = []
    var next = list
    while let entry = next?.pointee {
      next = entry.ifa_next
      guard let address = entry.ifa_addr, address.pointee.sa_family == sa_family_t(AF_INET),
        entry.ifa_flags & UInt32(IFF_UP) != 0, entry.ifa_flags & UInt32(IFF_LOOPBACK) == 0
      else { continue }
      found.append(
        address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { UInt32(bigEndian: $0.pointee.sin_addr.s_addr) })
    }
    return found
  }

  private static func ipv4(_ address: UInt32, port: UInt16) -> sockaddr_in {
    var result = sockaddr_in()
    result.sin_family = sa_family_t(AF_INET)
    result.sin_addr.s_addr = address.bigEndian
    result.sin_port = port.bigEndian
    return result
  }

  private static func withSocketAddress<Result>(
    _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Result
  ) -> Result {
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0) }
    }
  }
}
