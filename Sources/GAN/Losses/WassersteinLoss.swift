import Tensor

/// The critic's score, with the sign that draws real pictures up and fakes down (Arjovsky, Chintala & Bottou 2017,
/// equation 2): E[D(G(z))] − E[D(x)] for the critic, −E[D(G(z))] for G.
package struct WassersteinLoss: SampleLoss {
  package static func accepts(logits: Int) -> Bool { logits == 1 }

  package init() {}

  package func judge(
    _ logits: UnsafePointer<Float>, count: Int, _ label: Label, _ stream: RandomStream?,
    gradient: UnsafeMutablePointer<Double>
  ) -> SampleOpinion {
    let score = Double(logits[0])
    gradient[0] = label.isReal ? -1 : 1
    return SampleOpinion(loss: gradient[0] * score, score: score)
  }
}
