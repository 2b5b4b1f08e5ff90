import Cluster
import Configuration
import DistTrain
import Files
import Foundation
import GAN
import MPI
import MachineFacts
import Reporting

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
    if !launch.launchedByMPI { ProgramEnd.requireConnection(connected: 1) }
    ProcessMemory.returnLargeBlocks()
    // Slurm and mpirun send a job's signals to its ranks from their first moment on.
    if !isDryRun { StopSignals.hold() }
    do {
      var configuration = try Configuration(file: file, overrides: overrides)
      if options.isDebug {
        guard (launch.size ?? 1) == 1 else {
          throw UserFacingError(code: .usage, message: "--debug runs in one process; start it without mpirun")
        }
        try shortenForDebug(&configuration)
      }
      if isDryRun {
        if launch.isFirst {
          let ranks = launch.size ?? 1
          try DryRun(configuration, options, ranks: ranks, ranksHere: launch.localSize ?? ranks).run()
          try StandardStream.requireOutput()
        }
        exit(ExitCode.done.rawValue)
      }
      try configuration.data.requirePath()
      StopSignals.install()
      exit(train(configuration, launch).rawValue)
    } catch {
      ProgramEnd.fail(error)
    }
  }

  private func train(_ configuration: Configuration, _ launch: LaunchEnvironment) -> ExitCode {
    func run(_ job: any Job, _ startLimit: StartLimit? = nil) throws -> ExitCode {
      let console = Console(isSpeaking: job.isFirst)
      let run = TrainingRun(configuration, options, job: job, console: console)
      let (resident, addresses) = (ProcessMemory.resident, ProcessMemory.addresses)
      return try run.run(startLimit) { step, engine, plan, images in
        MemoryEstimate(
          step, engine, plan, images: images, program: resident,
          exportsGenerator: configuration.output.onnx != .never, startsMPI: false
        ).notes(
          onRanks: launch.localSize ?? job.size, resident: resident, addresses: addresses, machine: .current)
      }
    }
    guard launch.launchedByMPI else {
      do { return try run(SingleProcess()) } catch { ProgramEnd.fail(error) }
    }
    for note in [Oversubscription.relieve(launch), SingleCopy.avoidIfForbidden(launch)] {
      note.map(Console(isSpeaking: launch.isFirst).note)
    }
    let startLimit = StartLimit(seconds: Double(configuration.watchdog))
    return ProgramEnd.onAllRanks { world in try run(MPIJob(world), startLimit) }
  }
}
