/// The tensors of a DCGAN of 32 × 32 images, width 8 and 100 latents, as torch.nn.Sequential names and shapes them:
/// generator ConvTranspose2d, BatchNorm2d, ReLU … Tanh; discriminator Conv2d, LeakyReLU, Conv2d, BatchNorm2d ….
enum TensorNames {
  static let parameters: [String: [Int]] = [
    "generator.0.weight": [100, 32, 4, 4], "generator.1.weight": [32], "generator.1.bias": [32],
    "generator.3.weight": [32, 16, 4, 4], "generator.4.weight": [16], "generator.4.bias": [16],
    "generator.6.weight": [16, 8, 4, 4], "generator.7.weight": [8], "generator.7.bias": [8],
    "generator.9.weight": [8, 3, 4, 4],
    "discriminator.0.weight": [8, 3, 4, 4],
    "discriminator.2.weight": [16, 8, 4, 4], "discriminator.3.weight": [16], "discriminator.3.bias": [16],
    "discriminator.5.weight": [32, 16, 4, 4], "discriminator.6.weight": [32], "discriminator.6.bias": [32],
    "discriminator.8.weight": [1, 32, 4, 4],
  ]
  static let buffers: [String: [Int]] = [
    "generator.1.running_mean": [32], "generator.1.running_var": [32],
    "generator.4.running_mean": [16], "generator.4.running_var": [16],
    "generator.7.running_mean": [8], "generator.7.running_var": [8],
    "discriminator.3.running_mean": [16], "discriminator.3.running_var": [16],
    "discriminator.6.running_mean": [32], "discriminator.6.running_var": [32],
  ]
}
