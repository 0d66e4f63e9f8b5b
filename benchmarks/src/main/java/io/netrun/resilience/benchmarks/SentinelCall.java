package io.netrun.resilience.benchmarks;

import com.alibaba.csp.sentinel.Entry;
import com.alibaba.csp.sentinel.SphU;
import com.alibaba.csp.sentinel.node.ClusterNode;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.clusterbuilder.ClusterBuilderSlot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A call within an entry of Sentinel; the rules of its resource are loaded beforehand. */
@State(Scope.Benchmark)
public abstract class SentinelCall {

    static final String RESOURCE = "measured";

    static {
        try {
            System.setProperty(
                    "csp.sentinel.log.dir",
                    Files.createTempDirectory("sentinel").toString());
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
        System.setProperty("csp.sentinel.metric.flush.interval", "0");
    }

    final Object call(Work work) throws BlockException {
        Entry entry = SphU.entry(RESOURCE);
        try {
            return work.call();
        } finally {
            entry.exit();
        }
    }

    /** What Sentinel has counted of the calls. */
    final ClusterNode counts() {
        return ClusterBuilderSlot.getClusterNode(RESOURCE);
    }

    final void requireCounted(Work work) throws BlockException {
        Checks.require(call(work) == work.call(), "the call's result comes back");
        Checks.require(counts().totalSuccess() == 1, "the success is counted");
    }

    final void requireRejected(Work work, Class<? extends BlockException> rejection) {
        try {
            call(work);
        } catch (BlockException refused) {
            Checks.require(rejection.isInstance(refused), "the call is rejected with " + rejection.getSimpleName());
            return;
        }
        Checks.require(false, "the call is rejected");
    }
}
