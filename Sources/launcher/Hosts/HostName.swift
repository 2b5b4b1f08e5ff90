import Glibc

/// The first word of a host's line: `name`, `user@name`, an address, or `node[1-3,7]` for several hosts, as Slurm prints
/// them.
enum HostName {
  /// The most hosts of one word.
  private static let most = 1 << 16

  /// The hosts of `word`, each as mpirun takes it.
  static func expanded(_ word: String, place: String) throws(LaunchError) -> [String] {
    let parts = word.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let user = parts.count == 2 ? parts[0] + "@" : ""
    if parts.count == 2, !isUser(parts[0]) {
      throw LaunchError(
        "\(place): found \"\(word)\", expected a user name of letters, digits, _ and -, since mpirun reads no other: "
          + "set User for this host in ~/.ssh/config")
    }
    let host = parts[parts.count - 1]
    if host.contains(":") {
      throw LaunchError(
        "\(place): found \"\(word)\", expected a name or an address of IPv4: mpirun reads no addresses of IPv6 here; "
          + "give this one a name in /etc/hosts")
    }
    let names = try Self.ranges(host, word: word, place: place)
    for name in names {
      guard let fault = Self.fault(of: name) else { continue }
      throw LaunchError("\(place): found \"\(word)\", expected \(fault)")
    }
    return names.map { user + $0 }
  }

  // MARK: Ranges

  private static func ranges(_ text: Substring, word: String, place: String) throws(LaunchError) -> [String] {
    var names = [""]
    var rest = text
    while let open = rest.firstIndex(of: "[") {
      guard let close = rest[open...].firstIndex(of: "]"),
        let numbers = Self.numbers(of: rest[rest.index(after: open)..<close]), names.count * numbers.count <= most
      else {
        throw LaunchError(
          "\(place): found \"\(word)\", expected numbers in the brackets, as in node[1-3,7] or node[01-16], for at most "
            + "\(most) hosts")
      }
      let head = rest[..<open]
      names = names.flatMap { name in numbers.map { "\(name)\(head)\($0)" } }
      rest = rest[rest.index(after: close)...]
    }
    return names.map { $0 + rest }
  }

  /// The numbers of "1-3,7"; with as many digits as the first of a range if that begins with 0. Nil for other text.
  private static func numbers(of list: Substring) -> [String]? {
    var numbers: [String] = []
    for range in list.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = range.split(separator: "-", omittingEmptySubsequences: false)
      let values = ends.compactMap { end in end.count < 10 && end.allSatisfy(isDigit) ? Int(end) : nil }
      guard (1...2).contains(ends.count), values.count == ends.count, values[0] <= values[values.count - 1],
        numbers.count + values[values.count - 1] - values[0] < most
      else { return nil }
      let width = ends[0].hasPrefix("0") ? ends[0].count : 0
      for value in values[0]...values[values.count - 1] {
        let digits = String(value)
        numbers.append(String(repeating: "0", count: max(0, width - digits.count)) + digits)
      }
    }
    return numbers
  }

  // MARK: Names

  private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }

  private static func isLetter(_ character: Character) -> Bool {
    ("a"..."z").contains(character) || ("A"..."Z").contains(character)
  }

  private static func isUser(_ text: Substring) -> Bool {
    guard let first = text.first, isLetter(first) || isDigit(first) else { return false }
    return text.allSatisfy { isLetter($0) || isDigit($0) || $0 == "_" || $0 == "-" }
  }

  /// Words of mpirun's syntax, which it does not take as names (orte/util/hostfile/hostfile_lex.l).
  private static let keywords: Set<String> = [
    "rank", "slot", "slots", "cpu", "cpus", "count", "username", "user-name", "user_name", "boards", "sockets",
    "sockets_per_board", "sockets-per-board", "cores", "cores_per_socket", "cores-per-socket", "cpu_set", "cpu-set",
    "slots-max", "slots_max", "max-slots", "max_slots", "cpu-max", "cpu_max", "max-cpu", "max_cpu", "count-max",
    "count_max", "max-count", "max_count",
  ]

  /// What was expected instead of `name`; nil if it is the name of a host, or an address.
  private static func fault(of name: String) -> String? {
    // ssh would take a leading dash as an option.
    guard name.allSatisfy({ isLetter($0) || isDigit($0) || "-_.".contains($0) }), !name.hasPrefix("-"),
      name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy({ !$0.isEmpty })
    else { return "a host name or address, one a line, e.g. \"node1 slots=8\"; several are node[1-3]" }
    if keywords.contains(name) { return "the name of a host, not a word of mpirun's syntax" }
    if name.contains("_") { return "a name without _, which mpirun refuses: give the host another one in /etc/hosts" }
    if name.utf8.count > 253 { return "a name of at most 253 characters" }
    guard !name.contains(where: isLetter) else { return nil }
    if !name.contains(".") { return "the name of a host in front of its number of slots, e.g. \"node1 slots=8\"" }
    return isAddress(name) ? nil : "an address of four numbers from 0 to 255, or a name"
  }

  private static func isAddress(_ name: String) -> Bool {
    var address = in_addr()
    return inet_pton(AF_INET, name, &address) == 1
  }

  /// The part of a host's name that mpirun distinguishes: up to the first dot. An address is taken as a whole.
  static func short(_ name: String) -> Substring { isAddress(name) ? name[...] : name.prefix { $0 != "." } }
}
