"""The published recipes' numbers, at the batch that they are measured with."""

from disttrain_peers.recipe import Labels, Optimizer, Recipe

HALF_RATE = Optimizer(learningRate=1e-4)

RECIPES = {
    "facades": Recipe(batch=64),
    "architecture-128": Recipe(preset="same5", imageSize=128, bias=True, latentDistribution="uniform", batch=4,
                               discriminator=Optimizer(learningRate=5e-5)),
    "fashion": Recipe(channels=1, width=128, bias=True, noise="fresh", batch=64, discriminator=HALF_RATE),
    "glasses": Recipe(dropout=0.1, batch=128, discriminator=HALF_RATE),
    "ganlab": Recipe(preset="ganlab", imageSize=28, channels=1, dropout=0.5, inputNoise=0.1, noise="fresh", batch=256,
                     discriminatorLoss="mean", labels=Labels(amplitude=0.2),
                     discriminator=Optimizer("adamW")),
}
