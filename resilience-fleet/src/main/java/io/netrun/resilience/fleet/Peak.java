package io.netrun.resilience.fleet;

/** The largest of the latest three samples. Confined to one thread. */
final class Peak {

    private static final int SAMPLES = 3;

    private final double[] samples = new double[SAMPLES];
    private int next;

    void add(double sample) {
        samples[next] = sample;
        next = (next + 1) % SAMPLES;
    }

    double value() {
        double largest = 0;
        for (double sample : samples) {
            largest = Math.max(largest, sample);
        }
        return largest;
    }
}
