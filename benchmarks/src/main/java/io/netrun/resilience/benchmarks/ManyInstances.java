package io.netrun.resilience.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.spring.actuate.ResilienceEndpoint;
import io.netrun.resilience.spring.metrics.ResilienceMeters;
import io.netrun.resilience.spring.pattern.KeyedMeters;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * How long an application takes to show many instances: its endpoint, its health, and a scrape of its meters beside the
 * same number of plain gauges. Its argument is the file for the results; the second one, if there is one, the number of
 * instances.
 */
public final class ManyInstances {

    private static final int INSTANCES = 10_000;
    private static final int WARM_UPS = 20;
    private static final int ROUNDS = 20;
    private static final List<PolicyType<?, ?>> TYPES =
            List.of(CircuitBreaker.TYPE, Retry.TYPE, Bulkhead.TYPE, RateLimiter.TYPE);

    private final List<Result> results = new ArrayList<>();
    private final int instances;

    private ManyInstances(int instances) {
        this.instances = instances;
    }

    /** The application with the instances. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    /**
     * What one way to show the instances takes: the medians of the rounds.
     *
     * @param wallMillis by the clock
     * @param cpuMillis of the thread
     * @param size of what was shown: bytes, or details
     */
    public record Result(String subject, int instances, double wallMillis, double cpuMillis, long size) {

        /** As a line of a Markdown table. */
        String row() {
            return String.format("| %s | %,d | %.2f | %.2f | %,d |", subject, instances, wallMillis, cpuMillis, size);
        }
    }

    public static void main(String[] arguments) throws Exception {
        ManyInstances many = new ManyInstances(arguments.length > 1 ? Integer.parseInt(arguments[1]) : INSTANCES);
        many.measure("");
        many.measure("in the health, ", "resilience.circuit-breaker.defaults.health=status");
        many.scrapes();
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(new File(arguments[0]), many.results);
    }

    private void measure(String title, String... properties) throws Exception {
        List<String> all = new ArrayList<>(List.of(properties));
        all.addAll(List.of(
                "spring.main.banner-mode=off",
                "logging.level.root=error",
                "management.prometheus.metrics.export.enabled=false",
                "management.endpoints.web.exposure.include=resilience,health"));
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties(all.toArray(String[]::new))
                .run()) {
            fill(context.getBean(ResilienceRegistry.class));
            ObjectMapper json = new ObjectMapper();
            if (title.isEmpty()) {
                ResilienceEndpoint endpoint = context.getBean(ResilienceEndpoint.class);
                add("endpoint, all instances", () -> (long) endpoint.all().size());
                add("endpoint, as JSON", () -> (long) json.writeValueAsBytes(endpoint.all()).length);
                add("endpoint, overview", () ->
                        (long) endpoint.ofPattern("overview").getBody().size());
            }
            HealthIndicator health = context.getBean("resilienceHealthIndicator", HealthIndicator.class);
            add(title + "health", () -> (long) health.health().getDetails().size());
            add(title + "health, as JSON", () ->
                    (long) json.writeValueAsBytes(health.health().getDetails()).length);
        }
    }

    private void fill(ResilienceRegistry registry) {
        for (int i = 0; i < instances; i++) {
            PolicyType<?, ?> type = TYPES.get(i % TYPES.size());
            registry.getOrCreate(type, "instance" + i);
        }
    }

    private void scrapes() throws Exception {
        ResilienceRegistry registry = ResilienceRegistry.create();
        fill(registry);
        PrometheusMeterRegistry ours = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (ResilienceMeters meters = new ResilienceMeters(registry, KeyedMeters.FAMILY)) {
            long before = System.nanoTime();
            meters.bindTo(ours);
            double bound = (System.nanoTime() - before) / 1e6;
            results.add(new Result(
                    "meters, bound", instances, bound, bound, ours.getMeters().size()));
            System.out.println(results.get(results.size() - 1).row());
            PrometheusMeterRegistry plain = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            AtomicLong value = new AtomicLong(1);
            for (Meter meter : ours.getMeters()) {
                Meter.Id id = meter.getId();
                Gauge.builder(id.getName(), value, AtomicLong::get)
                        .tags(id.getTags())
                        .description(id.getDescription())
                        .register(plain);
            }
            add("scrape of " + plain.getMeters().size() + " plain gauges", () ->
                    (long) plain.scrape().length());
            add("scrape of " + ours.getMeters().size() + " meters", () ->
                    (long) ours.scrape().length());
            Checks.require(plain.getMeters().size() == ours.getMeters().size(), "there are as many gauges as meters");
        }
    }

    private void add(String subject, Callable<Long> shown) throws Exception {
        var threads = ManagementFactory.getThreadMXBean();
        double[] wall = new double[ROUNDS];
        double[] cpu = new double[ROUNDS];
        long size = 0;
        for (int round = -WARM_UPS; round < ROUNDS; round++) {
            long started = System.nanoTime();
            long startedCpu = threads.getCurrentThreadCpuTime();
            size = shown.call();
            if (round >= 0) {
                cpu[round] = (threads.getCurrentThreadCpuTime() - startedCpu) / 1e6;
                wall[round] = (System.nanoTime() - started) / 1e6;
            }
        }
        results.add(new Result(subject, instances, median(wall), median(cpu), size));
        System.out.println(results.get(results.size() - 1).row());
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }
}
