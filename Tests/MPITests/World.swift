import MPI
import Testing

/// All suites that call MPI. Every rank runs the same tests one after the other, on the main thread, so that their
/// collectives meet. They pass on any number of ranks.
@Suite(.serialized) @MainActor
enum World {}

/// A number that identifies rank and element, exact in Float.
func mark(_ rank: Int, _ element: Int) -> Float { Float(rank * 1000 + element) }

/// Uneven counts, some of them 0: r mod 3 for rank r.
func unevenCount(_ rank: Int) -> Int { rank % 3 }
