package io.netrun.resilience.spring.http;

import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.ReflectionUtils;

/**
 * Releases unwanted responses. A body is read to its end, so that the connection can be reused, unless it is large or
 * slow: then the exchange is aborted. All of this runs on worker threads, since a body may trickle in indefinitely and
 * {@code close()} may block.
 */
final class ResponseDrain implements Consumer<ClientHttpResponse> {

    private static final Logger log = LoggerFactory.getLogger(ResponseDrain.class);

    /** The maximum time in milliseconds that a caller waits for its next attempt to find the connection free. */
    private static final long PATIENCE_MILLIS = 1_000;

    /** The maximum number of bodies read concurrently; further ones are aborted unread. */
    private static final int MAX_ACTIVE = 100;

    private static final AtomicInteger active = new AtomicInteger();

    private final Ticker ticker;
    private volatile @Nullable Drain last;

    ResponseDrain(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Starts to release a response, without waiting. */
    @Override
    public void accept(ClientHttpResponse response) {
        Drain drain = new Drain(response);
        last = drain;
        drain.start(ticker);
    }

    /** Waits until the latest response has been released, for one second at most. */
    void awaitLast() {
        Drain drain = last;
        if (drain != null) {
            drain.await();
        }
    }

    private static final class Drain implements Runnable {

        private final ClientHttpResponse response;
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile @Nullable InputStream body;
        private volatile Ticker.@Nullable Scheduled limit;

        /**
         * The thread that releases the response; guarded by this object, so that an interrupt hits this thread or none.
         */
        private @Nullable Thread worker;

        private volatile boolean expired;

        Drain(ClientHttpResponse response) {
            this.response = response;
        }

        void start(Ticker ticker) {
            try {
                limit = ticker.schedule(Workers.handOver(this::expire), Responses.LONGEST_RELEASE.toNanos());
            } catch (Throwable noTimer) {
                expired = true; // nothing would stop the reading
                log.debug("An unwanted response is not drained, because no timer is available", noTimer);
            }
            try {
                Workers.execute(this);
            } catch (Throwable noThread) {
                Workers.executeReliably(this);
            }
        }

        void await() {
            try {
                ended.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void run() {
            enter();
            try {
                if (!tryRead()) {
                    abort();
                }
                response.close();
            } catch (Throwable thrown) {
                log.debug("An unwanted response could not be closed", thrown);
            } finally {
                leave();
                Ticker.Scheduled timer = limit;
                if (timer != null) {
                    timer.cancel();
                }
                ended.countDown();
            }
        }

        /** Reads the body to its end. False if it does not end in time, or should be closed unread. */
        private boolean tryRead() {
            boolean first = active.incrementAndGet() <= MAX_ACTIVE;
            try {
                InputStream content = response.getBody();
                body = content;
                return first && !closesItself(content) && tryRead(content);
            } catch (Throwable unreadable) {
                log.debug("An unwanted response could not be read to its end", unreadable);
                return false;
            } finally {
                active.decrementAndGet();
            }
        }

        private boolean tryRead(InputStream content) throws IOException {
            byte[] buffer = new byte[8 * 1024];
            long total = 0;
            while (total <= Responses.LARGEST_RELEASE && !expired) {
                int count = content.read(buffer);
                if (count < 0) {
                    return true;
                }
                total += count;
            }
            return false;
        }

        /**
         * HttpURLConnection drains an unread body by itself, within limits, when it is closed. Reading it here would be
         * worse: a reading thread blocks every other from closing it.
         */
        private static boolean closesItself(InputStream content) {
            return content.getClass().getName().startsWith("sun.net.");
        }

        /**
         * Stops a release that takes too long. Interrupt and abort run foreign code that may block, so each has its own
         * thread.
         */
        private void expire() {
            expired = true;
            Workers.executeReliably(this::interruptWorker);
            abort();
        }

        private synchronized void interruptWorker() {
            if (worker != null) {
                worker.interrupt();
            }
        }

        private void abort() {
            InputStream content = body;
            if (content != null) {
                try {
                    abort(content);
                } catch (Throwable thrown) {
                    log.debug("The exchange of an unwanted response could not be aborted", thrown);
                }
            }
        }

        /** A stream of Apache's client reads to its end when closed, but has a method {@code abort} that does not. */
        private static void abort(InputStream content) throws IOException, ReflectiveOperationException {
            Method aborting = ReflectionUtils.findMethod(content.getClass(), "abort");
            if (aborting != null && aborting.canAccess(content)) {
                aborting.invoke(content);
            } else {
                content.close();
            }
        }

        private synchronized void enter() {
            worker = Thread.currentThread();
        }

        private synchronized void leave() {
            worker = null;
            Thread.interrupted(); // clears an interrupt meant for this response
        }
    }
}
