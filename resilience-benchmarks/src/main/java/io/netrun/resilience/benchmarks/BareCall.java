package io.netrun.resilience.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;

/** The call without any protection. */
public class BareCall extends NanosPerCall {

    @Benchmark
    public Object call(Work work) {
        return work.call();
    }
}
