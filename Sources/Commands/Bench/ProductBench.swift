import Files
import GAN
import LinearAlgebra
import Numerics
import Reporting

/// `disttrain bench --products`: the matrix products of the facades recipe, compared with this CPU's peak rate, and
/// with OpenBLAS if it is installed.
struct ProductBench {
  private let console = Console(isSpeaking: true)
  private let rounds: Int
  private let kernels: Kernels
  private let batch = 64
  private let shardings = [1, 8]
  private let yardstick: Result<OpenBLAS, OpenBLASError>

  init(rounds: Int, _ kernels: Kernels) {
    self.rounds = rounds
    self.kernels = kernels
    let core = kernels.instructionSet.openBLASCore
    yardstick = Result { () throws(OpenBLASError) in try OpenBLAS(core: core) }
  }

  func run() throws {
    console.say(Kernels.peakTable())
    let against: String
    switch yardstick {
    case .success(let library): against = " against \(library.version) for \(library.coreName)"
    case .failure(let error):
      against = ""
      console.say("note: \(error); install libopenblas0 to compare with it")
    }
    let workload = try ProductWorkload(ModelSpecification())
    for shards in shardings {
      console.say(
        """

        Matrix products of facades, batch \(batch) in \(quantity(shards, "shard")): \(kernels) kernels\(against),
        one thread, GFLOP/s and share of peak, medians of \(quantity(rounds, "round"))
        \(table(workload, shards))
        """)
    }
  }

  private func table(_ workload: ProductWorkload, _ shards: Int) -> String {
    let library = try? yardstick.get()
    var table = TextTable(
      [
        .left("pass"), .right("rows × columns × inner"), .right("a step"), .right("kernels"), .right("of peak"),
      ] + (library == nil ? [] : [.right("OpenBLAS"), .right("of peak"), .right("ratio")]))
    func add(_ name: String, _ size: String, _ count: String, _ operations: Double, _ timing: Timing, _ peak: Double) {
      func rate(_ seconds: Double) -> [String] {
        [decimal(operations / seconds / 1e9, 1), percent(operations / seconds / peak)]
      }
      let compared = timing.openBLAS.map { rate($0) + [decimal($0 / timing.packed, 2)] } ?? []
      table.add([name, size, count] + rate(timing.packed) + compared)
    }
    let sizes = [Int](repeating: batch / shards, count: shards)
    var total: (operations: Double, timing: Timing) = (0, (0, library.map { _ in 0 }))
    // Measured together with the products: the clock rate of a shared machine changes from minute to minute.
    var peaks: [Double] = []
    for item in workload.items {
      let products = item.geometry.products(item.pass, shardSizes: sizes)
      let counts = Dictionary(products.map { ($0, item.timesPerStep) }, uniquingKeysWith: +)
      for (shape, count) in counts.sorted(by: { $0.key.multiplyAdds > $1.key.multiplyAdds }) {
        peaks.append(kernels.peakRate())
        let timing = ProductTiming(of: shape, kernels: kernels, library, rounds: rounds)
        let operations = 2 * Double(shape.multiplyAdds)
        total.timing.packed += timing.packed * Double(count)
        total.timing.openBLAS = timing.openBLAS.map { total.timing.openBLAS! + $0 * Double(count) }
        total.operations += operations * Double(count)
        add(
          item.name, "\(shape.rows) × \(shape.columns) × \(shape.inner)", "\(count)", operations,
          (timing.packed, timing.openBLAS), peaks.last!)
      }
    }
    let times = [total.timing.packed, total.timing.openBLAS].compactMap { $0 }.map { decimal($0 * 1e3, 1) + " ms" }
    add(
      "all, \(times.joined(separator: " against "))", "", "", total.operations, total.timing, Sample(peaks).median)
    return table.text
  }

  /// Seconds by our kernels and by OpenBLAS.
  private typealias Timing = (packed: Double, openBLAS: Double?)
}

extension InstructionSet {
  /// The core whose kernels match this set; nil if OpenBLAS decides. Its list of CPUs ends with its release: on a
  /// newer one it falls back to an older instruction set, and would not be a fair comparison.
  fileprivate var openBLASCore: String? {
    #if arch(x86_64)
    switch self {
    case .baseline: "Nehalem"
    case .avx2: "Haswell"
    case .avx512: "SkylakeX"
    }
    #else
    nil
    #endif
  }
}

extension Kernels {
  /// The peak rate of each instruction set of this CPU, as a table.
  static func peakTable() -> String {
    var table = TextTable([.left("instruction set"), .right("GFLOP/s")])
    for each in available { table.add([each.instructionSet.rawValue, decimal(each.peakRate() / 1e9, 1)]) }
    return "Peak of one thread, multiply-adds in registers only\n\(table.text)"
  }
}
