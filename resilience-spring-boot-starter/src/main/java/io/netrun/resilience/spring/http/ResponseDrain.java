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
 * Lets go of responses that nobody reads. A body is read to its end, so that the connection can serve again, unless it
 * is large or takes long: then its exchange is aborted. All of that runs on workers, since a body may drip for ever and
 * a {@code close()} may block.
 */
final class ResponseDrain implements Consumer<ClientHttpResponse> {

    private static final Logger log = LoggerFactory.getLogger(ResponseDrain.class);

    /** How long a caller waits, so that its next attempt finds the connection free. */
    private static final long PATIENCE_MILLIS = 1_000;

    /** Bodies being read at once; what is beyond is aborted unread. */
    private static final int MAX_ACTIVE = 100;

    private static final AtomicInteger active = new AtomicInteger();

    private final Ticker ticker;
    private volatile @Nullable Drain last;

    ResponseDrain(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Begins to let go of a response; does not wait for it. */
    @Override
    public void accept(ClientHttpResponse response) {
        Drain drain = new Drain(response);
        last = drain;
        drain.start(ticker);
    }

    /** Waits for the latest response to be let go, for a moment at most. */
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

        /** The thread that lets go of the response; guarded by this, so that an interrupt hits that or nothing. */
        private @Nullable Thread worker;

        private volatile boolean expired;

        Drain(ClientHttpResponse response) {
            this.response = response;
        }

        void start(Ticker ticker) {
            try {
                limit = ticker.schedule(Workers.handOver(this::expire), Responses.LONGEST_RELEASE.toNanos());
            } catch (Throwable noTimer) {
                expired = true; // nothing would end it, so it is not read
                log.debug("A response that nobody reads is not drained, for want of a timer", noTimer);
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
                log.debug("A response that nobody reads could not be closed", thrown);
            } finally {
                leave();
                Ticker.Scheduled timer = limit;
                if (timer != null) {
                    timer.cancel();
                }
                ended.countDown();
            }
        }

        /** Reads the body; false if it does not end, or is better closed. */
        private boolean tryRead() {
            boolean first = active.incrementAndGet() <= MAX_ACTIVE;
            try {
                InputStream content = response.getBody();
                body = content;
                return first && !closesItself(content) && tryRead(content);
            } catch (Throwable unreadable) {
                log.debug("A response that nobody reads could not be read to its end", unreadable);
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
         * HttpURLConnection drains by itself, within bounds, what is closed unread. To read it here would be worse: a
         * thread that reads keeps any other from closing.
         */
        private static boolean closesItself(InputStream content) {
            return content.getClass().getName().startsWith("sun.net.");
        }

        /**
         * It takes too long; on a thread of its own. An interrupt runs code of others, as abort does, and either may
         * block.
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
                    log.debug("The exchange of a response that nobody reads could not be aborted", thrown);
                }
            }
        }

        /** Apache's client reads to the end when it is closed, and has another method that does not. */
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
            Thread.interrupted(); // it was for this response
        }
    }
}
