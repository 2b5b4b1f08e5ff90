import Hosts

/// The parallel job of Grid Engine that this process runs in, from the environment variables (qsub(1)). mpirun reads the
/// same slots from the file that PE_HOSTFILE names.
package struct GridEngineAllocation: Equatable {
  package var job: String
  package var hosts: Int
  /// Cores, each for one rank.
  package var slots: Int

  /// nil outside of a parallel job; mpirun looks for the same variables.
  package init?(_ environment: [String: String]) throws(LaunchError) {
    let others = ["SGE_ROOT", "ARC", "PE_HOSTFILE"]
    guard let job = environment["JOB_ID"], others.allSatisfy({ environment[$0] != nil }) else { return nil }
    self.job = job
    hosts = try Self.number("NHOSTS", environment)
    slots = try Self.number("NSLOTS", environment)
  }

  private static func number(_ name: String, _ environment: [String: String]) throws(LaunchError) -> Int {
    let text = environment[name] ?? ""
    guard let value = Int(text), value > 0 else {
      throw LaunchError("found \(name)=\(text), expected a whole number above 0: start from qsub -pe or qrsh -pe")
    }
    return value
  }
}
