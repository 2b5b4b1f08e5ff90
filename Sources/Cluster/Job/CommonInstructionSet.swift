import Numerics
import Reporting

/// The instruction set that all ranks of a job compute with: their CPUs may differ, their bits may not.
package struct CommonInstructionSet {
  /// What a rank may use at most.
  package struct Limit: Sendable {
    let host: String
    let set: InstructionSet
    /// Whether `DISTTRAIN_ISA` says so; otherwise the rank's CPU has no more.
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

  /// Asks all ranks. Throws on every rank where one's `DISTTRAIN_ISA` names no set or one that its CPU lacks. Collective.
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

  /// The best that every rank may use; or that of the checkpoint that is continued, where all ranks have it and no
  /// `DISTTRAIN_ISA` asks for another.
  package func choice(continuing recorded: InstructionSet? = nil) -> InstructionSet {
    guard let recorded, recorded < lowest, !limits.contains(where: \.isAsked) else { return lowest }
    return recorded
  }

  /// Which ranks keep the others from more than `choice`; nil where none does.
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
