package io.netrun.resilience.sample.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/** The scenes of the demo, in their order. */
final class Script {

    private static final int TEAPOT = 1;
    private static final int MUG = 2;
    private static final int SAMOVAR = 5;
    private static final int REPORTS = 8;
    private static final int SHOPPERS = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Stage stage;

    Script(Stage stage) {
        this.stage = stage;
    }

    List<Chapter> chapters() {
        return List.of(
                new Chapter("A good day", this::goodDay),
                new Chapter("A hiccup: the retry heals it", this::hiccup),
                new Chapter("A slow provider: the timeout gives up", this::slowProvider),
                new Chapter("An outage: the breaker opens", this::outage),
                new Chapter("Recovery: the breaker closes by itself", this::recovery),
                new Chapter("Recommendations down: the page goes without (async)", this::withoutRecommendations),
                new Chapter("Too many reports: the bulkhead rejects", this::tooManyReports),
                new Chapter("One carrier down: each subclass has its own breaker", this::oneCarrierDown),
                new Chapter("An operator resets a breaker", this::manualReset),
                new Chapter("Prices in francs: hedge, rate limiter and fallback", this::pricesInFrancs),
                new Chapter("The night job: a long backoff in the background", this::nightJob));
    }

    /** Undoes what an earlier demo, or a request by hand, may have left behind. */
    void setTheScene() {
        List.of("payments", "recommendations", "parcel", "bike", "rates", "ledger")
                .forEach(stage::heal);
        stage.visitor()
                .get("/actuator/resilience/circuit-breaker")
                .body()
                .fieldNames()
                .forEachRemaining(breaker -> stage.operate(breaker, "reset"));
    }

    private void goodDay() throws InterruptedException {
        stage.get("/products/" + TEAPOT);
        stage.order(TEAPOT);
        stage.order(SAMOVAR);
        stage.say("A declined card is an answer, not a failure: no retry, and the breaker counts nothing");
        stage.showBreaker("payments");
    }

    private void hiccup() throws InterruptedException {
        stage.say("The next call of the payment provider will fail");
        stage.change("payments", "failNext", 1);
        stage.order(MUG);
        stage.say("The customer noticed nothing");
    }

    private void slowProvider() throws InterruptedException {
        stage.say("The payment provider now needs four seconds for an answer");
        stage.change("payments", "latency", "4s");
        stage.order(MUG);
        stage.heal("payments");
    }

    private void outage() throws InterruptedException {
        stage.say("The payment provider goes down");
        stage.change("payments", "failureRate", 1);
        boolean open = false;
        for (int i = 0; i < 5 && !open; i++) {
            stage.order(TEAPOT);
            open = stage.breaker("payments").path("state").asText().equals("open");
        }
        stage.showBreaker("payments");
        stage.order(TEAPOT);
        stage.say("Rejected at once: no customer waits, and the provider gets no more calls");
    }

    private void recovery() throws InterruptedException {
        stage.heal("payments");
        stage.say("The payment provider is back, but the breaker does not know yet");
        Answer rejected = stage.order(MUG);
        stage.note("Waiting for the time in Retry-After");
        Thread.sleep(Duration.ofSeconds(rejected.retryAfter()).toMillis());
        stage.order(MUG);
        stage.order(TEAPOT);
        stage.showBreaker("payments");
    }

    private void withoutRecommendations() throws InterruptedException {
        stage.change("recommendations", "failureRate", 1);
        stage.say("The recommendation service goes down");
        page();
        page();
        page();
        stage.heal("recommendations");
        stage.operate("recommendations", "reset");
        page();
    }

    private void page() throws InterruptedException {
        Answer page = stage.visitor().get("/products/" + TEAPOT);
        JsonNode names = page.body().path("alsoBought");
        String content = names.isEmpty() ? page.body().path("note").asText() : "also bought: " + names;
        stage.say("GET /products/" + TEAPOT + "  ->  " + page.summary() + "  " + content);
    }

    private void tooManyReports() throws InterruptedException {
        stage.say(REPORTS + " requests for the slow sales report at once; 2 may run, 2 may wait");
        ExecutorService readers = Executors.newFixedThreadPool(REPORTS);
        try {
            List<CompletableFuture<Answer>> reports = IntStream.range(0, REPORTS)
                    .mapToObj(i ->
                            CompletableFuture.supplyAsync(() -> stage.visitor().get("/reports/sales"), readers))
                    .toList();
            stage.await(
                    PATIENCE,
                    () -> reports.stream().filter(CompletableFuture::isDone).count() >= REPORTS - 4);
            JsonNode bulkhead = stage.bulkhead("reports");
            stage.note("The endpoint shows bulkhead 'reports': "
                    + bulkhead.path("syncActive").asInt() + " running, "
                    + bulkhead.path("syncQueued").asInt() + " waiting, "
                    + bulkhead.path("totalRejected").asLong() + " rejected so far");
            Answer products = stage.visitor().get("/products");
            stage.note("Customers notice nothing: GET /products  ->  " + products.summary());
            List<Answer> answers = reports.stream().map(CompletableFuture::join).toList();
            long answered = answers.stream().filter(Answer::succeeded).count();
            stage.say(answered + " reports answered, " + (REPORTS - answered) + " rejected with 503");
            answers.stream()
                    .filter(answer -> !answer.succeeded())
                    .findFirst()
                    .ifPresent(rejected -> stage.note("A rejection: " + rejected.summary()));
        } finally {
            readers.shutdownNow();
        }
    }

    private void oneCarrierDown() throws InterruptedException {
        stage.change("bike", "failureRate", 1);
        stage.say("The bike couriers are down");
        for (int i = 0; i < 3; i++) {
            shipping();
        }
        stage.showBreaker("BikeCarrier.quote");
        stage.showBreaker("ParcelCarrier.quote");
    }

    private void manualReset() throws InterruptedException {
        stage.heal("bike");
        stage.say("The bikes are back, and their breaker would wait two minutes; the operator knows better:");
        Answer reset = stage.operate("BikeCarrier.quote", "reset");
        stage.say("POST /actuator/resilience/circuit-breaker/BikeCarrier.quote {\"action\":\"reset\"}  ->  "
                + reset.summary() + ", " + reset.body().path("state").asText());
        shipping();
    }

    private void shipping() throws InterruptedException {
        Answer offers = stage.visitor().get("/shipping");
        stage.note("GET /shipping  ->  " + offers.summary());
        for (JsonNode offer : offers.body()) {
            String content = offer.has("quote")
                    ? String.format(
                            Locale.ROOT,
                            "%.2f euros",
                            offer.path("quote").path("price").asDouble())
                    : offer.path("unavailable").asText();
            stage.note("  " + offer.path("carrier").asText() + ": " + Answer.shortened(content));
        }
        stage.pause();
    }

    private void pricesInFrancs() throws InterruptedException {
        price();
        stage.say("The next answer of the exchange-rate service will take three seconds");
        stage.change("rates", "slowNext", 1);
        price();
        stage.say("A second request was sent beside the slow one, and overtook it");
        stage.say(SHOPPERS + " customers ask, one after another; five calls a second are paid for");
        long old = IntStream.range(0, SHOPPERS)
                .filter(i -> stage.visitor().get(francs()).body().hasNonNull("note"))
                .count();
        stage.say((SHOPPERS - old) + " got the rate of today, " + old + " the last known one");
        stage.change("rates", "failureRate", 1);
        stage.say("The exchange-rate service goes down");
        price();
        stage.heal("rates");
    }

    private void price() throws InterruptedException {
        Answer price = stage.visitor().get(francs());
        String note = price.body().path("note").asText("");
        stage.say("GET " + francs() + "  ->  " + price.summary() + "  "
                + price.body().path("amount").asText() + " francs"
                + (note.isEmpty() ? "" : "; " + Answer.shortened(note)));
    }

    private static String francs() {
        return "/products/" + TEAPOT + "/price?currency=CHF";
    }

    private void nightJob() throws InterruptedException {
        stage.change("ledger", "failNext", 3);
        stage.say("The bookkeepers will fail three times");
        stage.post("/settlements");
        boolean settled = stage.await(PATIENCE, () -> {
            JsonNode settlement = stage.visitor().get("/settlements").body();
            return settlement.path("unsettled").asInt() == 0;
        });
        stage.say(settled ? "All orders are settled" : "Not settled yet; the job goes on without us");
    }
}
