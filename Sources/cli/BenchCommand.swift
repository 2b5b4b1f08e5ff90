import ArgumentParser
import DistTrain

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the matrix products of the facades recipe on this machine.",
    discussion: """
      Prints the peak rate of this CPU's multiply-adds, and for each convolution of the facades recipe the rate of its \
      matrix products by this program's kernels and by OpenBLAS, in turns, on one thread. DISTTRAIN_ISA chooses the \
      kernels. Takes some ten seconds; other load on the machine falsifies it. Exit codes: 0 done, 64 usage.
      """)

  @Option(help: ArgumentHelp("Rounds whose median is printed.", valueName: "N"))
  var rounds = 7

  func validate() throws {
    guard rounds > 0 else { throw ValidationError("--rounds is \(rounds); give at least 1.") }
  }

  func run() {
    ProductBench(rounds: rounds).main()
  }
}
