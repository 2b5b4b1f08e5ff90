/// The hosts of a run: Open MPI's hostfile syntax (mpirun(1), "Specifying Host Nodes"), one line for each host,
/// `name slots=N max_slots=M`, where `#` begins a comment; and what people write for other MPIs: `name:N`, `node[1-3]`, a
/// host once for each of its slots, line ends of Windows.
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

    /// The line of a hostfile.
    package var text: String {
      ([name] + (slots.map { ["slots=\($0)"] } ?? []) + (maximumSlots.map { ["max_slots=\($0)"] } ?? []))
        .joined(separator: " ")
    }
  }

  /// Each has another name.
  package private(set) var hosts: [Host]
  /// Whether mpirun reads the same hosts from the file itself; otherwise it must be given `text`.
  package private(set) var isPlain = true

  /// The sum of all hosts' slots; nil if a host has none given.
  package var slots: Int? {
    hosts.reduce(0 as Int?) { total, host in total.flatMap { total in host.slots.map { total + $0 } } }
  }

  /// The most hosts, which `node[1-…]` must not exceed.
  private static let most = 1 << 16

  /// Parses `text`.
  ///
  /// - Parameters:
  ///   - path: for errors.
  ///   - aliases: names that stand for one host, such as localhost and its address.
  package init(parsing text: String, path: String, aliases: Set<String> = []) throws(LaunchError) {
    hosts = []
    var lines: [Host] = []
    // The mark that some editors write in front of UTF-8.
    let content = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    // A comment without a line end is an error for mpirun.
    isPlain = content.utf8.count == text.utf8.count && content.utf8.last == UInt8(ascii: "\n")
    let ends = content.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, bytes) in ends.enumerated() {
      let line = try HostLine(bytes, place: "\(path):\(index + 1)")
      isPlain = isPlain && line.isPlain
      lines += line.hosts
      guard lines.count <= Self.most else {
        throw LaunchError("\(path):\(index + 1): found more than \(Self.most) hosts, expected fewer")
      }
    }
    guard !lines.isEmpty else {
      throw LaunchError("\(path): found no host, expected one line a host, e.g. \"localhost slots=2\"")
    }
    hosts = Self.merged(lines, aliases)
    var full: [Substring: String] = [:]
    for host in hosts {
      let short = HostName.short(host.name)
      if let other = full.updateValue(host.name, forKey: short) {
        throw LaunchError(
          "\(path): found \(other) and \(host.name), expected hosts that differ in front of the first dot, since mpirun "
            + "reads no more: write one name for each host")
      }
    }
    isPlain = isPlain && hosts.count == lines.count
  }

  /// The hosts of `lines`, each once, in the order of their first lines. The numbers of a host that several lines name
  /// are added, as MPICH and PBS mean it; mpirun refuses such files. If a host is repeated without a number of slots,
  /// each line without one stands for one slot.
  private static func merged(_ lines: [Host], _ aliases: Set<String>) -> [Host] {
    func key(_ host: Host) -> String { aliases.contains(host.name) ? "" : host.name }
    var places: [String: [Int]] = [:]
    for (index, line) in lines.enumerated() { places[key(line), default: []].append(index) }
    let isCounted = places.values.contains { $0.count > 1 && $0.contains { lines[$0].slots == nil } }
    return lines.indices.filter { places[key(lines[$0])]![0] == $0 }.map { first in
      let same = places[key(lines[first])]!.map { lines[$0] }
      guard same.count > 1 || isCounted else { return same[0] }
      let slots = same.reduce(0) { $0 + ($1.slots ?? 1) }
      let maximum = same.reduce(0) { $0 + ($1.maximumSlots ?? $1.slots ?? 1) }
      let isLimited = same.contains { $0.maximumSlots != nil }
      return Host(name: same[0].name, slots: slots, maximumSlots: isLimited ? maximum : nil)
    }
  }

  /// This hostfile without some hosts; nil if none is left.
  package func without(_ names: Set<String>) -> Hostfile? {
    var rest = self
    rest.hosts.removeAll { names.contains($0.name) }
    return rest.hosts.isEmpty ? nil : rest
  }

  /// The hosts in the syntax that mpirun reads, one line for each.
  package var text: String { hosts.map { $0.text + "\n" }.joined() }
}

/// Why a run cannot be started: what was found, what was expected, what to do.
package struct LaunchError: Error, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
