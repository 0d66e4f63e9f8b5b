package io.netrun.resilience.fleet;

import java.util.ArrayList;
import java.util.List;
import org.springframework.data.redis.core.StringRedisTemplate;

/** The Redis store with the test's time: the line of the script that asks for the server's is replaced. */
final class TimedStore {

    private static final String SERVERS = "local clock = call('TIME')\n";
    private static final String TESTS = "local clock = {'0', ARGV[#ARGV] .. '000'}\n";

    private final RedisFleetStore store;

    TimedStore(StringRedisTemplate template, String fleet) {
        store = new RedisFleetStore(template, "resilience", fleet, scriptText());
    }

    static String scriptText() {
        String script = RedisFleetStore.scriptText();
        if (!script.contains(SERVERS)) {
            throw new IllegalStateException("The script has no line " + SERVERS);
        }
        return script.replace(SERVERS, TESTS);
    }

    /** An exchange at a time in milliseconds. */
    FleetView exchange(NodeReport report, long time) {
        List<String> arguments = new ArrayList<>(ExchangeFormat.arguments(report));
        arguments.add(Long.toString(time));
        return ExchangeFormat.view(report, store.execute(report, arguments));
    }
}
