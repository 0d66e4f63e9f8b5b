package io.netrun.resilience.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.Response;

/**
 * The script against the memory, on a real server. {@code -Dfleet.histories=10000} runs that many random histories, and
 * {@code -Dfleet.seed=…} begins with another one.
 */
@ExtendWith(RedisExtension.class)
class RedisScriptTests {

    private static final int STEPS = 60;

    @Test
    void viewsShouldEqualThoseInMemory(RedisServer server) {
        int histories = Integer.getInteger("fleet.histories", 200);
        long first = Long.getLong("fleet.seed", 1);
        try (Jedis jedis = new Jedis("127.0.0.1", server.port(), 60_000)) {
            String sha = jedis.scriptLoad(TimedStore.scriptText());
            for (long seed = first; seed < first + histories; seed++) {
                jedis.flushDB();
                compare(jedis, sha, seed);
            }
        }
    }

    /** The memory's views are the replies of the history, so that the script's can be fetched in one go. */
    private static void compare(Jedis jedis, String sha, long seed) {
        RandomHistory history = new RandomHistory(seed);
        ManualTicker ticker = new ManualTicker();
        InMemoryFleetStore memory = new InMemoryFleetStore(ticker);
        long now = 0;
        FleetKeys keys = new FleetKeys("resilience", "shop");
        List<RandomHistory.Step> steps = new ArrayList<>();
        List<FleetView> expected = new ArrayList<>();
        List<Response<Object>> replies = new ArrayList<>();
        Pipeline pipeline = jedis.pipelined();
        for (int i = 0; i < STEPS; i++) {
            RandomHistory.Step step = history.next();
            ticker.advance(Duration.ofMillis(step.time() - now));
            now = step.time();
            if (step.report() == null) {
                memory.clear();
                pipeline.sendCommand(Protocol.Command.FLUSHDB, new String[0]);
                continue;
            }
            FleetView view = memory.exchange(step.report());
            history.answer(step.report(), view);
            List<String> arguments = new ArrayList<>(ExchangeFormat.arguments(step.report()));
            arguments.add(Long.toString(step.time() + 1)); // as in memory, where time begins with 1
            steps.add(step);
            expected.add(view);
            replies.add(pipeline.evalsha(sha, keys.of(step.report()), arguments));
        }
        pipeline.sync();
        for (int i = 0; i < steps.size(); i++) {
            NodeReport report = steps.get(i).report();
            assertThat(ExchangeFormat.view(report, lines(replies.get(i))))
                    .as("seed %s, step %s at %s: %s", seed, i, steps.get(i).time(), report)
                    .isEqualTo(expected.get(i));
        }
    }

    @SuppressWarnings("unchecked")
    private static List<String> lines(Response<Object> reply) {
        return (List<String>) reply.get();
    }
}
