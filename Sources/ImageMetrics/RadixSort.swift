/// Sorting many finite numbers by their digits of 11 bits, several times faster than by comparing them.
enum RadixSort {
  private static let digit = 11

  /// - Parameter scratch: as long as `numbers` at least; its content is lost.
  static func sort(_ numbers: UnsafeMutableBufferPointer<Float>, scratch: UnsafeMutableBufferPointer<Float>) {
    guard numbers.count > 1 else { return }
    precondition(scratch.count >= numbers.count, "room for all numbers")
    let count = numbers.count
    numbers.withMemoryRebound(to: UInt32.self) { keys in
      scratch.withMemoryRebound(to: UInt32.self) { other in
        // Bits whose order as integers is that of the numbers: negative ones are turned round.
        for place in 0..<count {
          let bits = keys[place]
          keys[place] = bits ^ (bits >> 31 == 1 ? ~0 : 1 << 31)
        }
        var (from, to) = (keys.baseAddress!, other.baseAddress!)
        for shift in stride(from: 0, to: 32, by: digit) {
          var starts = [Int](repeating: 0, count: 1 << digit)
          for place in 0..<count { starts[Int(from[place] >> UInt32(shift)) & (1 << digit - 1)] += 1 }
          var sum = 0
          for value in starts.indices { (starts[value], sum) = (sum, sum + starts[value]) }
          for place in 0..<count {
            let value = Int(from[place] >> UInt32(shift)) & (1 << digit - 1)
            to[starts[value]] = from[place]
            starts[value] += 1
          }
          swap(&from, &to)
        }
        // Three digits: the sorted keys are in the scratch.
        for place in 0..<count {
          let key = from[place]
          keys[place] = key ^ (key >> 31 == 1 ? 1 << 31 : ~0)
        }
      }
    }
  }
}
