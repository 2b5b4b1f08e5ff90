/// The latents whose images a discriminator finds most real, out of many, in memory for a few.
struct ChosenImages {
  struct Candidate {
    let number: Int
    let logit: Float
  }

  private let count: Int
  private var candidates: [Candidate] = []

  /// - Parameter count: how many to choose.
  init(_ count: Int) { self.count = count }

  mutating func consider(_ number: Int, logit: Float) {
    candidates.append(Candidate(number: number, logit: logit))
    if candidates.count >= 2 * count + 1024 { candidates = best }
  }

  /// The best first; of equal ones the earlier.
  var best: [Candidate] {
    // A logit that is no number is the worst.
    func rank(_ candidate: Candidate) -> Float { candidate.logit.isNaN ? -.infinity : candidate.logit }
    let sorted = candidates.sorted { (rank($0), $1.number) > (rank($1), $0.number) }
    return Array(sorted.prefix(count))
  }
}
