import Numerics
import Reporting

/// The instruction set of all ranks of a job: their CPUs may differ, their bits must not.
package struct CommonInstructionSet {
  /// The best instruction set that a rank may use.
  package struct Limit: Sendable {
    let host: String
    let set: InstructionSet
    /// Whether `DISTTRAIN_ISA` sets the limit; otherwise the rank's CPU does.
    let isAsked: Bool

    package init(host: String, _ set: InstructionSet, isAsked: Bool = false) {
      (self.host, self.set, self.isAsked) = (host, set, isAsked)
    }
  }

  /// By rank.
  private let limits: [Limit]

  package init(_ limits: [Limit]) {
    precondition(!limits.isEmpty, "one rank at least")
    self.limits = limits
  }

  /// Gathers the limits of all ranks. Throws on every rank if any `DISTTRAIN_ISA` is unknown or its CPU lacks it.
  /// Collective.
  package init(_ job: any Job) throws {
    var asked: InstructionSet?
    var failure: UserFacingError?
    do throws(InstructionSetError) { asked = try InstructionSet.asked() } catch {
      failure = UserFacingError(
        code: .usage, message: (job.size > 1 ? "rank \(job.rank) (\(job.host)): " : "") + "\(error)")
    }
    try job.agree(on: failure)
    let own = [(asked ?? .native).rawValue, asked == nil ? "" : "asked", job.host].joined(separator: "\u{1}")
    self.init(
      try job.allGather(own).map { text in
        let parts = text.split(separator: "\u{1}", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        return Limit(host: parts[2], InstructionSet(rawValue: parts[0])!, isAsked: !parts[1].isEmpty)
      })
  }

  private var lowest: InstructionSet { limits.map(\.set).min()! }

  /// The best that every rank may use; or that of the continued checkpoint, if all ranks have it and no
  /// `DISTTRAIN_ISA` asks for another.
  package func choice(continuing recorded: InstructionSet? = nil) -> InstructionSet {
    guard let recorded, recorded < lowest, !limits.contains(where: \.isAsked) else { return lowest }
    return recorded
  }

  /// A note about the ranks that limit the others to `choice`; nil if none does.
  package func note(on choice: InstructionSet) -> String? {
    let low = limits.indices.filter { limits[$0].set == choice }
    let others = limits.count - low.count
    guard !low.isEmpty, others > 0 else { return nil }
    let ranks = Agreement.describe(low, limits.map(\.host))
    let least =
      low.contains { limits[$0].isAsked }
      ? "DISTTRAIN_ISA limits \(ranks) to \(choice)" : "\(ranks) \(low.count == 1 ? "has" : "have") \(choice) at best"
    return "\(least), \(others == 1 ? "1 other rank has" : "\(others) other ranks have") more: all ranks compute with "
      + "\(choice) kernels"
  }
}
