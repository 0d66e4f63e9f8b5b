package io.netrun.resilience.sample.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** What the scenes of the demo are played with: requests that are told, knobs, and a look at the endpoint. */
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

    /** Tells something, and gives time to read it. */
    void say(String text) throws InterruptedException {
        story.tell(text);
        pause();
    }

    /** Tells something that goes with what follows. */
    void note(String text) {
        story.tell(text);
    }

    void pause() throws InterruptedException {
        pace.afterStep();
    }

    Answer get(String path) throws InterruptedException {
        return told("GET " + path, visitor.get(path));
    }

    Answer post(String path) throws InterruptedException {
        return told("POST " + path, visitor.post(path));
    }

    Answer order(int product) throws InterruptedException {
        return told(
                "POST /orders for product " + product,
                visitor.post("/orders", Map.of("product", product, "quantity", 1)));
    }

    void heal(String partner) {
        visitor.post(knobs(partner), HEALTHY);
    }

    void turn(String partner, String knob, Object value) {
        visitor.post(knobs(partner), Map.of(knob, value));
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

    /** Tells what the endpoint says of a breaker. */
    void showBreaker(String name) throws InterruptedException {
        JsonNode breaker = breaker(name);
        say("The endpoint says of breaker '" + name + "': "
                + breaker.path("state").asText() + ", failureCount "
                + breaker.path("failureCount").asInt()
                + ", succeeded " + breaker.path("totalSucceeded").asLong()
                + ", failed " + breaker.path("totalFailed").asLong()
                + ", rejected " + breaker.path("totalRejected").asLong());
    }

    /** Waits until something is so; no longer than a limit. */
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

    private Answer told(String request, Answer answer) throws InterruptedException {
        say(request + "  ->  " + answer.summary());
        return answer;
    }

    private static String knobs(String partner) {
        return "/simulator/" + partner + "/knobs";
    }
}
