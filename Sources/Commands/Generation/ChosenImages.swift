/// The latents whose images the discriminator finds most real, chosen from many with memory for a few.
struct ChosenImages {
  struct Candidate {
    let number: Int
    let logit: Float
  }

  private let count: Int
  private var candidates: [Candidate] = []

  /// - Parameter count: the number to choose.
  init(_ count: Int) { self.count = count }

  mutating func consider(_ number: Int, logit: Float) {
    candidates.append(Candidate(number: number, logit: logit))
    if candidates.count >= 2 * count + 1024 { candidates = best }
  }

  /// The best first; of equal ones the earlier.
  var best: [Candidate] {
    // NaN is the worst logit.
    func rank(_ candidate: Candidate) -> Float { candidate.logit.isNaN ? -.infinity : candidate.logit }
    let sorted = candidates.sorted { (rank($0), $1.number) > (rank($1), $0.number) }
    return Array(sorted.prefix(count))
  }
}
