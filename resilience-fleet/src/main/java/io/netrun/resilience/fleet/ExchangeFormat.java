package io.netrun.resilience.fleet;

import io.netrun.resilience.circuitbreaker.FleetMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The script's arguments and reply, as its head describes them. Lines of numbers rather than JSON: an application need
 * not have a JSON library, and Lua's writes large numbers as {@code 1e+12}.
 */
final class ExchangeFormat {

    /** Stands for null, which is not the empty text; escaped text does not contain it. */
    private static final String NONE = "~";

    /** The lines of a reply before those of the limits. */
    private static final int HEAD = 4;

    private ExchangeFormat() {}

    static List<String> arguments(NodeReport report) {
        List<String> arguments = new ArrayList<>();
        arguments.add(FleetKeys.escape(report.node()));
        arguments.add(Long.toString(report.number()));
        arguments.add(flag(report.leaving()));
        arguments.add(Long.toString(report.interval().toMillis()));
        arguments.add(Long.toString(report.lease().toMillis()));
        arguments.add(Integer.toString(report.expectedNodes()));
        arguments.add(Long.toString(report.lastCommand().number()));
        arguments.add(Integer.toString(report.limits().size()));
        arguments.add(Integer.toString(report.circuits().size()));
        arguments.add(Long.toString(report.sentAt()));
        arguments.add(Long.toString(report.lastCommand().takenAt()));
        for (LimitReport limit : report.limits()) {
            arguments.add(limit.limit() + " " + limit.wants() + " " + limit.allowance() + " " + limit.has() + " "
                    + limit.inUse());
        }
        for (CircuitReport circuit : report.circuits()) {
            arguments.add(flag(circuit.mode() == FleetMode.QUORUM) + " " + circuit.quorum() + " "
                    + state(circuit.state()) + " " + flag(circuit.called()) + " " + roundUp(circuit.vote()) + " "
                    + flag(circuit.due()) + " " + circuit.opening());
        }
        for (FleetCommand command : report.commands()) {
            addParts(command, arguments);
        }
        return arguments;
    }

    private static void addParts(FleetCommand command, List<String> arguments) {
        String instance = FleetKeys.escape(command.pattern()) + "/" + FleetKeys.escape(command.name()) + "/";
        boolean further = false;
        for (FleetCommand part : command.parts()) {
            arguments.add(instance + FleetKeys.escape(part.subject()));
            arguments.add(command.age().toMillis() + " " + flag(further) + " " + flag(part.isReset()));
            arguments.add(content(part));
            further = true;
        }
    }

    /** The view in the script's reply to this report; throws if the reply is not one to it. */
    static FleetView view(NodeReport report, List<String> reply) {
        int limits = report.limits().size();
        int circuits = report.circuits().size();
        if (reply.size() < HEAD + limits + circuits) {
            throw new IllegalArgumentException(
                    reply.size() + " lines, expected at least " + (HEAD + limits + circuits));
        }
        List<LimitView> limitViews = new ArrayList<>(limits);
        for (int i = 0; i < limits; i++) {
            LimitReport limit = report.limits().get(i);
            long[] line = numbers(reply.get(HEAD + i));
            limitViews.add(
                    new LimitView(limit.pattern(), limit.name(), line[0], line[1], line[2], Math.toIntExact(line[3])));
        }
        List<CircuitView> circuitViews = new ArrayList<>(circuits);
        for (int i = 0; i < circuits; i++) {
            long[] line = numbers(reply.get(HEAD + limits + i));
            circuitViews.add(new CircuitView(
                    report.circuits().get(i).name(),
                    Math.toIntExact(line[0]),
                    Math.toIntExact(line[1]),
                    line[2] == 1,
                    line[3] == 1,
                    line[4] == 1,
                    Math.toIntExact(line[5]),
                    line[6]));
        }
        List<FleetCommand> commands = new ArrayList<>();
        for (String line : reply.subList(HEAD + limits + circuits, reply.size())) {
            commands.add(command(line));
        }
        long[] mark = numbers(reply.get(HEAD - 1));
        return new FleetView(
                Long.parseLong(reply.get(0)),
                Long.parseLong(reply.get(1)),
                nodes(reply.get(2)),
                limitViews,
                circuitViews,
                FleetCommand.joined(commands),
                new CommandMark(mark[0], mark[1]),
                mark[2] == 1);
    }

    /** In the order of their decoded names. */
    private static List<String> nodes(String line) {
        List<String> nodes = new ArrayList<>();
        if (!line.isEmpty()) {
            for (String node : line.split(" ", -1)) {
                nodes.add(FleetKeys.decode(node));
            }
        }
        nodes.sort(null);
        return nodes;
    }

    /** The settings in the order of their names, since the script compares commands by their text. */
    private static String content(FleetCommand command) {
        StringBuilder content = new StringBuilder(FleetKeys.encode(command.pattern()))
                .append(' ')
                .append(FleetKeys.encode(command.name()))
                .append(' ')
                .append(FleetKeys.encode(command.action()))
                .append(' ')
                .append(orNone(command.principal()))
                .append(' ')
                .append(FleetKeys.encode(command.time().toString()));
        new TreeMap<>(command.settings())
                .forEach((setting, value) -> content.append(' ')
                        .append(FleetKeys.encode(setting))
                        .append('=')
                        .append(FleetKeys.encode(value)));
        return content.toString();
    }

    private static FleetCommand command(String line) {
        String[] parts = line.split(" ", -1);
        Map<String, String> settings = new TreeMap<>();
        for (int i = 7; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            settings.put(
                    FleetKeys.decode(parts[i].substring(0, equals)), FleetKeys.decode(parts[i].substring(equals + 1)));
        }
        return new FleetCommand(
                Long.parseLong(parts[0]),
                FleetKeys.decode(parts[2]),
                FleetKeys.decode(parts[3]),
                FleetKeys.decode(parts[4]),
                settings,
                parts[5].equals(NONE) ? null : FleetKeys.decode(parts[5]),
                Instant.parse(FleetKeys.decode(parts[6])),
                Duration.ofMillis(Long.parseLong(parts[1])));
    }

    private static String orNone(@Nullable String text) {
        return text == null ? NONE : FleetKeys.encode(text);
    }

    private static long[] numbers(String line) {
        String[] parts = line.split(" ", -1);
        long[] numbers = new long[parts.length];
        for (int i = 0; i < parts.length; i++) {
            numbers[i] = Long.parseLong(parts[i]);
        }
        return numbers;
    }

    private static String state(CircuitReport.State state) {
        return switch (state) {
            case CLOSED -> "0";
            case OPEN -> "1";
            case HALF_OPEN -> "2";
        };
    }

    private static String flag(boolean value) {
        return value ? "1" : "0";
    }

    /** In milliseconds; a vote that has not ended does not count as none. */
    private static long roundUp(Duration duration) {
        return duration.plusNanos(999_999).toMillis();
    }
}
