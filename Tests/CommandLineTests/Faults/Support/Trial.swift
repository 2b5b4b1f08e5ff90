import Testing

/// One injected fault. What is random in it depends on its part and number alone, so that it can be repeated.
struct Trial {
  let part: Part
  let number: Int
  var random: TrialRandom
  /// What was timed, the seconds it took, and those that are promised.
  private(set) var times: [(name: String, seconds: Double, promised: Double)] = []

  init(_ part: Part, _ number: Int) {
    self.part = part
    self.number = number
    random = TrialRandom("\(part.rawValue) \(number)")
  }

  /// A name for what this trial writes, of the same length for every number.
  var name: String { "trial" + String(100_000 + number).dropFirst() }

  /// Notes how long something took. Only a soak run, which has the machine to itself, expects what is promised: the
  /// tests run beside others.
  mutating func expect(
    _ name: String, after seconds: Double, promised: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    times.append((name, seconds, promised))
    guard Part.isSoak else { return }
    #expect(seconds <= promised, "\(name): after \(seconds) s", sourceLocation: sourceLocation)
  }

  mutating func choice<Element>(_ elements: [Element]) -> Element { elements.randomElement(using: &random)! }
  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
}

/// SplitMix64 (Steele, Lea and Flood 2014), begun with the FNV-1a hash of a text.
struct TrialRandom: RandomNumberGenerator {
  private var state: UInt64

  init(_ text: String) {
    state = text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
