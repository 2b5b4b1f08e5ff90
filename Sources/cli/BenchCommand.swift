import ArgumentParser
import Commands

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure this machine: peak rate, time of a training step by part, each convolution, memory.",
    discussion: """
      disttrain bench                          the facades recipe at batch 64
      disttrain bench CONFIG --batch 32        the networks of a configuration
      mpirun -np 2 disttrain bench             on all ranks; rank 0 prints
      mpirun -np 2 disttrain bench --exchange  against one MPI_Allreduce
      disttrain bench --products               matrix products against OpenBLAS, if installed
      disttrain bench --loader FOLDER          loading the images of a folder, by one thread
      disttrain bench CONFIG --tune            compare the convolutions' algorithms; prints the fastest as a \
      section kernels:

      DISTTRAIN_ISA chooses the kernels. Takes about ten seconds; other load on the machine distorts the figures. Exit \
      codes: 0 done, 64 usage or configuration.
      """)

  @Argument(help: "A configuration; by default the facades recipe at batch 64. The images are always drawn ones.")
  var config: String?

  @Option(help: ArgumentHelp("Steps and repetitions whose median is printed.", valueName: "N"))
  var rounds = 7

  @Option(help: ArgumentHelp("Images per step, over all ranks; as --set train.batch=N.", valueName: "N"))
  var batch: Int?

  @Option(help: ArgumentHelp("Parts of a batch; as --set train.shards=N.", valueName: "N"))
  var shards: Int?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Override a setting, for example --set threads=1. Repeatable.", valueName: "KEY=VALUE"))
  var overrides: [String] = []

  @Flag(help: "Measure the exchange of a gradient of 25 MB; under mpirun.")
  var exchange = false

  @Flag(help: "Measure the matrix products of the facades recipe.")
  var products = false

  @Option(help: ArgumentHelp("Measure how fast the images of a folder are decoded and resized.", valueName: "FOLDER"))
  var loader: String?

  @Flag(
    help: ArgumentHelp(
      "Measure every algorithm of each convolution, by default in shards of 8, 16 and 64 images, and print the section "
        + "kernels: of a configuration for this machine."))
  var tune = false

  @Flag(help: "With --tune: print the lines of the program's own table, too.")
  var table = false

  private var subject: BenchProgram.Subject {
    if let loader { return .loader(folder: loader) }
    if tune { return .algorithms(shardSizes: shards == nil ? [8, 16, 64] : nil, printsSource: table) }
    return exchange ? .exchange : products ? .products : .step
  }

  /// Whether the measurement depends on a configuration.
  private var takesConfiguration: Bool { !exchange && !products }

  private var configurationOptions: [String] {
    overrides + (batch.map { ["train.batch=\($0)"] } ?? []) + (shards.map { ["train.shards=\($0)"] } ?? [])
  }

  func validate() throws {
    guard rounds > 0 else { throw ValidationError("--rounds is \(rounds); give at least 1.") }
    guard [exchange, products, tune, loader != nil].filter({ $0 }).count < 2 else {
      throw ValidationError("--exchange, --products, --tune and --loader cannot be combined; give one of them.")
    }
    if loader != nil {
      guard batch == nil, shards == nil else {
        throw ValidationError("--loader measures images one by one; --batch and --shards do not change it.")
      }
    }
    guard tune || !table else { throw ValidationError("--table prints the measurements of --tune; give both.") }
    guard takesConfiguration || (config == nil && configurationOptions.isEmpty) else {
      throw ValidationError("--exchange and --products take no configuration; give --rounds at most.")
    }
  }

  func run() {
    BenchProgram(subject, file: config, overrides: configurationOptions, rounds: rounds).main()
  }
}
