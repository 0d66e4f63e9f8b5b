package io.netrun.resilience.spring.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/** A server that answers as scripted, and with 200 after the script. */
final class ScriptedServer implements AutoCloseable {

    /** A request as it came. */
    record Request(String method, String body, Map<String, List<String>> headers) {}

    /** What to do with an exchange. */
    interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Answer> script = new LinkedBlockingQueue<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    ScriptedServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** Answers the next requests with these statuses, one after the other. */
    ScriptedServer answers(int... statuses) {
        for (int status : statuses) {
            script.add(exchange -> answer(exchange, status, "answered " + status));
        }
        return this;
    }

    /** Answers the next request with this. */
    ScriptedServer answers(Answer answer) {
        script.add(answer);
        return this;
    }

    List<Request> requests() {
        return requests;
    }

    static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("X-Status", String.valueOf(status));
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add(new Request(exchange.getRequestMethod(), body, Map.copyOf(exchange.getRequestHeaders())));
        Answer answer = script.poll();
        if (answer == null) {
            answer(exchange, 200, "ok");
        } else {
            answer.to(exchange);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
