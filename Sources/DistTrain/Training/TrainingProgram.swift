import Foundation
import GAN
import MPI
import Tensor

/// `disttrain CONFIG`: from the command line to the exit code, in one process or as one rank of an MPI job.
package struct TrainingProgram {
  package var file: String
  /// `--set` arguments.
  package var overrides: [String]
  package var options: RunOptions
  package var isDryRun: Bool

  package init(file: String, overrides: [String], options: RunOptions, isDryRun: Bool) {
    self.file = file
    self.overrides = overrides
    self.options = options
    self.isDryRun = isDryRun
  }

  /// Runs and ends the process.
  package func main() -> Never {
    let launch = LaunchEnvironment.current
    ProcessMemory.returnLargeBlocks()
    // Slurm and mpirun send a job's signals to its ranks from their first moment on.
    if !isDryRun { StopSignals.hold() }
    do {
      var configuration = try Configuration(file: file, overrides: overrides)
      let instructionSet = try chooseInstructionSet(configuration)
      if options.isDebug {
        guard (launch.size ?? 1) == 1 else {
          throw UserFacingError(code: .usage, message: "--debug runs in one process; start it without mpirun")
        }
        try shortenForDebug(&configuration)
      }
      if isDryRun {
        if launch.isFirst { try DryRun(configuration, options, ranks: launch.size ?? 1, instructionSet).run() }
        exit(ExitCode.done.rawValue)
      }
      try configuration.data.requirePath()
      StopSignals.install()
      exit(train(configuration, instructionSet, launch).rawValue)
    } catch {
      ProgramEnd.fail(error)
    }
  }

  /// Ends every process but rank 0, before MPI begins: all have found the same, and rank 0 says it.
  package static func leaveSpeechToRank0(_ code: Int32) {
    guard !LaunchEnvironment.current.isFirst else { return }
    // mpirun ends the job at the first exit code that is not 0: rank 0's message goes first.
    if code != 0 { sleep(2) }
    exit(code)
  }

  private func train(_ configuration: Configuration, _ instructionSet: InstructionSet, _ launch: LaunchEnvironment)
    -> ExitCode
  {
    func run(_ job: any Job, _ startLimit: StartLimit? = nil) throws -> ExitCode {
      let console = Console(isSpeaking: job.isFirst)
      let run = TrainingRun(configuration, options, job: job, instructionSet: instructionSet, console: console)
      return try run.run(startLimit)
    }
    guard launch.launchedByMPI else {
      do { return try run(SingleProcess()) } catch { ProgramEnd.fail(error) }
    }
    if let warning = Oversubscription.relieve(launch) { Console(isSpeaking: launch.isFirst).note(warning) }
    let startLimit = StartLimit(seconds: Double(configuration.watchdog))
    return ProgramEnd.onAllRanks { world in try run(MPIJob(world), startLimit) }
  }

  /// The instruction set of the environment, or of the checkpoint that will be continued, or the native one; OpenBLAS is
  /// made to match it.
  private func chooseInstructionSet(_ configuration: Configuration) throws -> InstructionSet {
    var chosen = try InstructionSet.chosen()
    if getenv("DISTTRAIN_ISA") == nil, let recorded = recordedInstructionSet(configuration), recorded.isSupported {
      chosen = recorded
    }
    matchOpenBLAS(to: chosen)
    return chosen
  }

  private func recordedInstructionSet(_ configuration: Configuration) -> InstructionSet? {
    let output = options.applied(to: configuration).output
    guard let folder = try? RunFolder(in: output.folder, name: configuration.name) else { return nil }
    return Resumption.recordedInstructionSet(options, in: folder).flatMap(InstructionSet.init(rawValue:))
  }
}
