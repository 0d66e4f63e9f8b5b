package io.netrun.resilience.fleet;

/**
 * A demand: the latest sample, or the mean of the latest three if that is larger. So it follows a rise at once and a
 * fall slowly, and exceeds a demand that fluctuates by less than the largest sample would. Confined to one thread.
 */
final class Demand {

    private static final int SAMPLES = 3;

    private final double[] samples = new double[SAMPLES];
    private int next;

    void add(double sample) {
        samples[next] = sample;
        next = (next + 1) % SAMPLES;
    }

    double value() {
        double sum = 0;
        for (double sample : samples) {
            sum += sample;
        }
        double latest = samples[(next + SAMPLES - 1) % SAMPLES];
        return Math.max(latest, sum / SAMPLES);
    }
}
