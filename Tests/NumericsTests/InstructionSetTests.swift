import Numerics
import Testing

/// Tests of kernels run on every instruction set of this CPU. A missing set is not tested, and counted here as skipped.
@Suite struct InstructionSetTests {
  @Test func baselineIsTested() { #expect(Self.tested.first == .baseline) }

  @Test(.enabled(if: InstructionSet.avx2.isSupported, "this CPU has no AVX2: its kernels are not tested here"))
  func avx2IsTested() { #expect(Self.tested.contains(.avx2)) }

  @Test(.enabled(if: InstructionSet.avx512.isSupported, "this CPU has no AVX-512: its kernels are not tested here"))
  func avx512IsTested() { #expect(Self.tested.contains(.avx512)) }

  private static var tested: [InstructionSet] { Kernels.available.map(\.instructionSet) }
}
