import Glibc
import MachineFacts

/// The names and addresses by which a hostfile may mean this machine.
package enum LocalNames {
  /// - Parameter addresses: its addresses of IPv4.
  package static func all(of machine: Machine, addresses: [String] = LocalNames.addresses) -> Set<String> {
    let short = machine.hostName.prefix { $0 != "." }
    return Set(["localhost", "127.0.0.1", machine.hostName, String(short)] + addresses)
  }

  /// The addresses of IPv4 of all interfaces.
  package static var addresses: [String] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    var addresses: [String] = []
    var entry = first
    while let interface = entry?.pointee {
      entry = interface.ifa_next
      guard let address = interface.ifa_addr, address.pointee.sa_family == AF_INET else { continue }
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      let size = socklen_t(MemoryLayout<sockaddr_in>.size)
      guard getnameinfo(address, size, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else { continue }
      addresses.append(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
    return addresses
  }
}
