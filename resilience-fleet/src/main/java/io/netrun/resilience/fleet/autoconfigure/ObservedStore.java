package io.netrun.resilience.fleet.autoconfigure;

import io.netrun.resilience.fleet.FleetStore;
import io.netrun.resilience.fleet.FleetView;
import io.netrun.resilience.fleet.NodeReport;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The application's store, looked up with the first exchange. Exchanges are counted, also across restarts of the node.
 * Not a {@link FleetStore} itself, because the application's is the only bean of that type.
 */
final class ObservedStore {

    private static final Logger log = LoggerFactory.getLogger(ObservedStore.class);

    private final Supplier<FleetStore> store;
    private final AtomicLong succeeded = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private volatile Runnable afterExchange = () -> {};

    ObservedStore(Supplier<FleetStore> store) {
        this.store = store;
    }

    /** Sets what is done after each exchange, on the fleet's thread. */
    void afterEach(Runnable action) {
        afterExchange = action;
    }

    FleetView exchange(NodeReport report) throws Exception {
        boolean answered = false;
        try {
            FleetView view = store.get().exchange(report);
            answered = true;
            return view;
        } finally {
            (answered ? succeeded : failed).incrementAndGet();
            follow();
        }
    }

    private void follow() {
        try {
            afterExchange.run();
        } catch (RuntimeException e) {
            log.warn("The fleet's meters could not be updated", e);
        }
    }

    long succeeded() {
        return succeeded.get();
    }

    long failed() {
        return failed.get();
    }
}
