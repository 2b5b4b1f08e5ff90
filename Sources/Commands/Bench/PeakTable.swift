import Numerics
import Reporting

extension Kernels {
  /// What each instruction set of this CPU can do at most, as a table.
  static func peakTable() -> String {
    var table = TextTable([.left("instruction set"), .right("GFLOP/s")])
    for each in available { table.add([each.instructionSet.rawValue, decimal(each.peakRate() / 1e9, 1)]) }
    return "Peak of one thread, multiply-adds in registers only\n\(table.text)"
  }
}
