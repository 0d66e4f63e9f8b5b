package io.netrun.resilience.hedge;

/** The settings of a call whose duration is recorded, and when it began; for calls of one thread after the other. */
final class MeasuredCall {

    private final HedgeConfig config;
    private final long beganAt;
    private boolean recorded;

    MeasuredCall(HedgeConfig config, long beganAt) {
        this.config = config;
        this.beganAt = beganAt;
    }

    HedgeConfig config() {
        return config;
    }

    /** Records how long the call took until its result, or the first part of it, came. */
    void record(Hedge hedge) {
        if (!recorded) {
            recorded = true;
            hedge.record(hedge.ticker().nanoTime() - beganAt);
        }
    }
}
