import Cluster
import Configuration
import Files
import Foundation
import GAN
import MPI
import Numerics
import Reporting

/// `disttrain bench`: from the command line to the exit code, in one process or as one rank of an MPI job.
package struct BenchProgram {
  /// The subject of the measurement.
  package enum Subject: Sendable {
    /// The peak rate, a step, memory and each convolution.
    case step
    /// Matrix products, against OpenBLAS if it is installed.
    case products
    /// The exchange of gradients against MPI_Allreduce.
    case exchange
    /// The loading of a folder's images.
    case loader(folder: String)
    /// The algorithms of the convolutions, against each other.
    ///
    /// - Parameters:
    ///   - shardSizes: samples of a shard; nil for the configuration's.
    ///   - printsSource: whether to print the lines of the committed table, too.
    case algorithms(shardSizes: [Int]?, printsSource: Bool)
  }

  package var subject: Subject
  /// The configuration; nil for the facades recipe at batch 64.
  package var file: String?
  /// `--set` arguments.
  package var overrides: [String]
  package var rounds: Int

  package init(_ subject: Subject, file: String?, overrides: [String], rounds: Int) {
    precondition(rounds > 0, "at least one round")
    self.subject = if case .loader(let folder) = subject { .loader(folder: expandingHome(folder)) } else { subject }
    self.file = file
    self.overrides = overrides
    self.rounds = rounds
  }

  /// Measures and ends the process.
  package func main() -> Never {
    let launch = LaunchEnvironment.current
    if !launch.launchedByMPI { ProgramEnd.requireConnection(connected: 1) }
    // Notes of a measurement go to standard error, as those of training.
    SingleCopy.avoidIfForbidden(launch).map(Console(isSpeaking: launch.isFirst).note)
    do {
      switch subject {
      case .products:
        if launch.isFirst { try ProductBench(rounds: rounds, kernels(SingleProcess())).run() }
      case .step:
        let configuration = try configuration()
        func measure(_ job: any Job) throws {
          try StepBench(configuration, job: job, kernels(job), rounds: rounds).run()
        }
        guard launch.launchedByMPI else {
          try measure(SingleProcess())
          break
        }
        ProgramEnd.onAllRanks { world in try measure(MPIJob(world)) }
      case .loader(let folder):
        let configuration = try configuration()
        if launch.isFirst {
          try FolderBench(folder, configuration, kernels(SingleProcess()), rounds: rounds).run()
        }
      case .algorithms(let shardSizes, let printsSource):
        let configuration = try configuration()
        guard launch.isFirst else { break }
        try TuneBench(
          configuration, kernels(SingleProcess()), rounds: rounds, shardSizes: shardSizes, printsSource: printsSource
        ).run()
      case .exchange:
        guard let ranks = launch.size, ranks > 1 else {
          throw UserFacingError(
            code: .usage, message: "--exchange needs at least 2 ranks: mpirun -np 2 disttrain bench --exchange")
        }
        ProgramEnd.onAllRanks { world in try ExchangeBench(world, kernels(MPIJob(world)), rounds: rounds).run() }
      }
      try StandardStream.requireOutput()
      exit(ExitCode.done.rawValue)
    } catch {
      ProgramEnd.fail(error)
    }
  }

  /// Kernels that all ranks have. Collective.
  private func kernels(_ job: any Job) throws -> Kernels {
    let available = try CommonInstructionSet(job)
    let choice = available.choice()
    available.note(on: choice).map(Console(isSpeaking: job.isFirst).note)
    return Kernels(choice)
  }

  /// The measured configuration, with images drawn by the program: only their shape matters.
  private func configuration() throws -> Configuration {
    var configuration =
      if let file { try Configuration(file: file, overrides: overrides) } else {
        try Configuration(yaml: Self.facades, file: "the facades recipe", overrides: overrides)
      }
    configuration.data.source = .synthetic
    configuration.data.path = nil
    configuration.data.limit = nil
    configuration.data.cache = .off
    configuration.data.syntheticCount = configuration.train.batch
    return configuration
  }

  /// Its other values are those of configs/facades.yaml.
  private static let facades = "{name: facades, data: {source: synthetic}, train: {batch: 64, steps: 1}}"
}
