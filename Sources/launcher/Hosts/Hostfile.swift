/// The hosts of a run, in Open MPI's hostfile syntax (mpirun(1), "Specifying Host Nodes"): one line for each host,
/// `name slots=N max_slots=M`; `#` begins a comment.
package struct Hostfile: Equatable {
  package struct Host: Equatable {
    package var name: String
    /// Number of ranks without sharing of cores; nil if not given: mpirun then counts the host's cores.
    package var slots: Int?
    /// The most ranks, with sharing of cores; nil for no limit.
    package var maximumSlots: Int?

    package init(name: String, slots: Int? = nil, maximumSlots: Int? = nil) {
      self.name = name
      self.slots = slots
      self.maximumSlots = maximumSlots
    }
  }

  package var hosts: [Host]

  /// The sum of all hosts' slots; nil if a host has none given.
  package var slots: Int? {
    hosts.reduce(0 as Int?) { total, host in total.flatMap { total in host.slots.map { total + $0 } } }
  }

  /// Parses `text`. Errors name `path`.
  package init(parsing text: String, path: String) throws(LaunchError) {
    hosts = []
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (index, line) in lines.enumerated() {
      let place = "\(path):\(index + 1)"
      let content = line.prefix { $0 != "#" }
      guard content.utf8.allSatisfy({ (0x20...0x7e).contains($0) || $0 == 0x09 || $0 == 0x0d }) else {
        throw LaunchError("\(place): found a character that is not printable ASCII, expected a host name and slots=N")
      }
      let words = Self.words(content)
      if let name = words.first { hosts.append(try Self.host(name, settings: words.dropFirst(), place: place)) }
    }
    guard !hosts.isEmpty else {
      throw LaunchError("\(path): found no host, expected one line a host, e.g. \"localhost slots=2\"")
    }
  }

  /// The words of a line. Blanks around `=` do not separate words.
  private static func words(_ line: Substring) -> [String] {
    var words: [String] = []
    var joins = false
    for part in line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" }) {
      if let last = words.last, joins || part.hasPrefix("=") {
        words[words.count - 1] = last + part
      } else {
        words.append(String(part))
      }
      joins = part.hasSuffix("=")
    }
    return words
  }

  private static func host(_ name: String, settings: ArraySlice<String>, place: String) throws(LaunchError) -> Host {
    // ssh would take a leading dash as an option.
    let isName = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"): true
      default: ".-_:@[]".utf8.contains(byte)
      }
    }
    guard isName, !name.hasPrefix("-"), !name.contains("@-") else {
      throw LaunchError("\(place): found \"\(name)\", expected a host name or address, e.g. \"node1 slots=8\"")
    }
    var host = Host(name: name)
    for setting in settings {
      let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, ["slots", "max_slots", "max-slots"].contains(parts[0]) else {
        throw LaunchError("\(place): found \"\(setting)\", expected slots=N or max_slots=N after the host's name")
      }
      guard let value = Int(parts[1]), (1...100_000).contains(value) else {
        throw LaunchError("\(place): found \(parts[0])=\(parts[1]), expected a whole number from 1 to 100000")
      }
      let isSlots = parts[0] == "slots"
      guard (isSlots ? host.slots : host.maximumSlots) == nil else {
        throw LaunchError("\(place): found \(parts[0]) twice, expected it once a host")
      }
      if isSlots { host.slots = value } else { host.maximumSlots = value }
    }
    if let slots = host.slots, let maximum = host.maximumSlots, maximum < slots {
      throw LaunchError("\(place): found slots=\(slots) max_slots=\(maximum), expected max_slots of at least slots")
    }
    return host
  }
}

/// Why a run cannot be started: what was found, what was expected, what to do.
package struct LaunchError: Error, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
