package io.netrun.resilience.application;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A server that answers every request with 503, and counts them; another one for each test. */
final class FailingServer implements BeforeEachCallback, AfterEachCallback {

    private final AtomicInteger requests = new AtomicInteger();
    private @Nullable HttpServer server;

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        requests.set(0);
        HttpServer started = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        started.createContext("/", exchange -> {
            requests.incrementAndGet();
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
        });
        started.start();
        server = started;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        started().stop(0);
    }

    String url() {
        return "http://localhost:" + started().getAddress().getPort();
    }

    int requests() {
        return requests.get();
    }

    private HttpServer started() {
        return Objects.requireNonNull(server);
    }
}
