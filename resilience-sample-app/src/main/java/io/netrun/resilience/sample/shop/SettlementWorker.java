package io.netrun.resilience.sample.shop;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Runs the {@link SettlementJob} in the background, every night and when asked; one at a time. */
@Component
class SettlementWorker {

    private static final Logger log = LoggerFactory.getLogger(SettlementWorker.class);

    private final SettlementJob job;
    private final Executor executor;
    private final AtomicBoolean running = new AtomicBoolean();

    SettlementWorker(SettlementJob job, @Qualifier("applicationTaskExecutor") Executor executor) {
        this.job = job;
        this.executor = executor;
    }

    /** Starts the job, unless it runs. */
    @Scheduled(cron = "${shop.settlement-cron:0 0 3 * * *}")
    void start() {
        if (running.compareAndSet(false, true)) {
            executor.execute(this::run);
        }
    }

    boolean isRunning() {
        return running.get();
    }

    private void run() {
        try {
            job.settle();
            log.info("Settlement done");
        } catch (RuntimeException e) {
            log.error("Settlement given up until the next night: {}", e.getMessage());
        } finally {
            running.set(false);
        }
    }
}
