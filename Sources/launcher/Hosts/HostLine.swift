/// One line of a hostfile: nothing, a host with its slots, or several hosts `node[1-3]` with as many each.
struct HostLine {
  private(set) var hosts: [Hostfile.Host] = []
  /// Whether mpirun reads the same from the line.
  private(set) var isPlain = true

  /// - Parameters:
  ///   - bytes: without the line end.
  ///   - place: file and line, for errors.
  init(_ bytes: Substring.UTF8View, place: String) throws(LaunchError) {
    let content = bytes.prefix { $0 != UInt8(ascii: "#") }
    if let byte = content.first(where: { !(0x20...0x7e).contains($0) && $0 != 0x09 && $0 != 0x0d }) {
      let found = byte == 0 ? "a zero byte" : byte < 0x80 ? "the control character \(byte)" : "a character beyond ASCII"
      throw LaunchError(
        "\(place): found \(found), expected a host name and slots=N: save the file as plain text (ASCII or UTF-8)")
    }
    let words = Self.words(Substring(content))
    guard let first = words.first else {
      isPlain = !bytes.contains(0x0d)
      return
    }
    let (name, count) = try Self.nameAndSlots(first, place: place)
    let names = try HostName.expanded(name, place: place)
    var host = Hostfile.Host(name: name, slots: count)
    for setting in words.dropFirst() { try Self.read(setting, into: &host, place: place) }
    if let slots = host.slots, let maximum = host.maximumSlots, maximum < slots {
      throw LaunchError("\(place): found slots=\(slots) max_slots=\(maximum), expected max_slots of at least slots")
    }
    // As in mpirun.
    host.slots = host.slots ?? host.maximumSlots
    hosts = names.map { Hostfile.Host(name: $0, slots: host.slots, maximumSlots: host.maximumSlots) }
    isPlain = hosts.map(\.text) == [words.joined(separator: " ")] && !bytes.contains(0x0d)
  }

  /// The words of a line. Blanks around `=` do not separate words.
  private static func words(_ line: Substring) -> [String] {
    var words: [String] = []
    var joins = false
    for part in line.split(whereSeparator: { $0.isWhitespace }) {
      if let last = words.last, joins || part.hasPrefix("=") {
        words[words.count - 1] = last + part
      } else {
        words.append(String(part))
      }
      joins = part.hasSuffix("=")
    }
    return words
  }

  /// `name:N`, as other MPIs have it. A name with several colons is an address of IPv6, `[address]:N` with slots.
  private static func nameAndSlots(_ word: String, place: String) throws(LaunchError) -> (String, Int?) {
    guard let colon = word.lastIndex(of: ":") else { return (word, nil) }
    let (name, number) = (String(word[..<colon]), word[word.index(after: colon)...])
    if name.hasPrefix("["), name.hasSuffix("]") { return (name, try slots(number, in: word, place: place)) }
    return name.contains(":") || word.hasPrefix("[") ? (word, nil) : (name, try slots(number, in: word, place: place))
  }

  private static func slots(_ number: Substring, in word: String, place: String) throws(LaunchError) -> Int {
    guard let slots = count(number) else {
      throw LaunchError("\(place): found \"\(word)\", expected a whole number from 1 to 100000 after the colon")
    }
    return slots
  }

  private static func count(_ text: some StringProtocol) -> Int? {
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let value = Int(text) else {
      return nil
    }
    return (1...100_000).contains(value) ? value : nil
  }

  /// Both kinds under all names that mpirun knows.
  private static func isSlots(_ key: String) -> Bool { ["slots", "slot", "cpus", "cpu", "count"].contains(key) }

  private static func isMaximum(_ key: String) -> Bool {
    let parts = key.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let index = parts.firstIndex(of: "max") else { return false }
    return isSlots(parts[1 - index])
  }

  private static func read(
    _ setting: String, into host: inout Hostfile.Host, place: String
  ) throws(LaunchError) {
    let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let key = String(parts[0].lowercased().map { $0 == "-" ? "_" : $0 })
    guard parts.count == 2, isSlots(key) || isMaximum(key) else {
      throw LaunchError(
        "\(place): found \"\(setting)\", expected slots=N or max_slots=N after the host's name\(advice(setting, key))")
    }
    guard let value = count(parts[1]) else {
      throw LaunchError("\(place): found \(parts[0])=\(parts[1]), expected a whole number from 1 to 100000")
    }
    guard (isSlots(key) ? host.slots : host.maximumSlots) == nil else {
      throw LaunchError(
        "\(place): found \(parts[0]) twice, expected the number of \(isSlots(key) ? "slots" : "max_slots") once a host")
    }
    if isSlots(key) { host.slots = value } else { host.maximumSlots = value }
  }

  private static func advice(_ setting: String, _ key: String) -> String {
    if let count = count(setting) { return ": slots=\(count)" }
    if key.hasPrefix("user") { return "; write the user in front of the name: user@host" }
    return ""
  }
}
