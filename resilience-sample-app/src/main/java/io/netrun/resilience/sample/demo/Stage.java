package io.netrun.resilience.sample.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** The tools of the demo's scenes: requests that appear in the story, knobs, and views of the endpoint. */
final class Stage {

    private static final Map<String, Object> HEALTHY =
            Map.of("failureRate", 0, "latency", "20ms", "failNext", 0, "slowNext", 0);
    private static final Duration GLANCE = Duration.ofMillis(25);

    private final Visitor visitor;
    private final Story story;
    private final Pace pace;

    Stage(Visitor visitor, Story story, Pace pace) {
        this.visitor = visitor;
        this.story = story;
        this.pace = pace;
    }

    Visitor visitor() {
        return visitor;
    }

    /** Adds a line and pauses, so that it can be read. */
    void say(String text) throws InterruptedException {
        story.add(text);
        pause();
    }

    /** Adds a line without a pause. */
    void note(String text) {
        story.add(text);
    }

    void pause() throws InterruptedException {
        pace.afterStep();
    }

    Answer get(String path) throws InterruptedException {
        return report("GET " + path, visitor.get(path));
    }

    Answer post(String path) throws InterruptedException {
        return report("POST " + path, visitor.post(path));
    }

    Answer order(int product) throws InterruptedException {
        return report(
                "POST /orders for product " + product,
                visitor.post("/orders", Map.of("product", product, "quantity", 1)));
    }

    void heal(String service) {
        visitor.post(knobs(service), HEALTHY);
    }

    void change(String service, String knob, Object value) {
        visitor.post(knobs(service), Map.of(knob, value));
    }

    /** Operates a breaker through the endpoint. */
    Answer operate(String breaker, String action) {
        return visitor.post("/actuator/resilience/circuit-breaker/" + breaker, Map.of("action", action));
    }

    JsonNode breaker(String name) {
        return visitor.get("/actuator/resilience/circuit-breaker/" + name).body();
    }

    JsonNode bulkhead(String name) {
        return visitor.get("/actuator/resilience/bulkhead/" + name).body();
    }

    /** Adds what the endpoint shows of a breaker. */
    void showBreaker(String name) throws InterruptedException {
        JsonNode breaker = breaker(name);
        say("The endpoint shows breaker '" + name + "': "
                + breaker.path("state").asText() + ", failureCount "
                + breaker.path("failureCount").asInt()
                + ", succeeded " + breaker.path("totalSucceeded").asLong()
                + ", failed " + breaker.path("totalFailed").asLong()
                + ", rejected " + breaker.path("totalRejected").asLong());
    }

    /** Waits until the condition holds, up to a limit. Returns whether it holds. */
    boolean await(Duration limit, BooleanSupplier condition) throws InterruptedException {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > limit.toNanos()) {
                return false;
            }
            Thread.sleep(GLANCE.toMillis());
        }
        return true;
    }

    private Answer report(String request, Answer answer) throws InterruptedException {
        say(request + "  ->  " + answer.summary());
        return answer;
    }

    private static String knobs(String service) {
        return "/simulator/" + service + "/knobs";
    }
}
