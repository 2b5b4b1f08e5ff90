import Commands
import DistTrain
import MachineFacts
import Testing

@Suite struct MemoryNoteTests {
  /// A dry run says so where the ranks of a host need more memory than there is.
  @Test func tooLittleMemoryIsSaid() {
    let machine = Machine(hostName: "host", isRoot: false) { $0 == "/proc/meminfo" ? "MemTotal: 1000000 kB\n" : nil }
    #expect(machine.note(onRanks: 2, bytesEach: 512_000_000) == nil)
    let note = machine.note(onRanks: 2, bytesEach: 512_000_001)
    #expect(note?.hasPrefix("the 2 ranks of this host need 1024 MB, but may hold 1024 MB here: ") == true)
    let one = machine.note(onRanks: 1, bytesEach: 1_500_000_000)
    #expect(one?.hasPrefix("the rank needs 1500 MB, but may hold 1024 MB here: use a smaller train.batch or") == true)
    let unknown = Machine(hostName: "host", isRoot: false) { _ in nil }
    #expect(unknown.note(onRanks: 9, bytesEach: .max / 9) == nil)
  }

  @Test func tooFewAddressesAreSaid() {
    #expect(ProcessMemory.note(onAddresses: 512_000_000, limit: 512_000_000) == nil)
    #expect(ProcessMemory.note(onAddresses: .max, limit: nil) == nil)
    let note = ProcessMemory.note(onAddresses: 1_512_000_000, limit: 512_000_000)
    #expect(note?.hasPrefix("the process needs 1512 MB of addresses, but ulimit -v allows 512 MB: ") == true)
  }
}
