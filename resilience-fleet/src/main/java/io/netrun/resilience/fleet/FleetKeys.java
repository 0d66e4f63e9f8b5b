package io.netrun.resilience.fleet;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The keys of a fleet in Redis: {@code <prefix>:{<fleet>}:…}. The part in braces is their hash tag, by which a cluster
 * keeps them on one server.
 */
final class FleetKeys {

    private static final int MAX_LENGTH = 200;
    private static final int HASH_LENGTH = 32;
    private static final char CUT = '~';

    /** The first byte of the code of half a surrogate pair. */
    private static final int SURROGATE_START = 0xED;

    private final String start;

    FleetKeys(String prefix, String fleet) {
        if (fleet.isEmpty()) {
            throw new IllegalArgumentException(
                    "The fleet has no name. Set resilience.fleet.name or spring.application.name");
        }
        start = escape(prefix) + ":{" + escape(fleet) + "}:";
    }

    /** All keys that an exchange of this report reads or writes, in the order that the script expects. */
    List<String> of(NodeReport report) {
        List<String> keys = new ArrayList<>(
                3 + report.limits().size() + 4 * report.circuits().size());
        keys.add(start + "nodes");
        keys.add(start + "fleet");
        keys.add(start + "commands");
        for (LimitReport limit : report.limits()) {
            keys.add(start + escape(limit.pattern()) + ":" + escape(limit.name()));
        }
        for (CircuitReport circuit : report.circuits()) {
            addCircuit(circuit.name(), keys);
        }
        for (FleetCommand command : report.commands()) {
            if (command.isReset()) {
                addCircuit(command.name(), keys);
            }
        }
        return keys;
    }

    private void addCircuit(String name, List<String> keys) {
        String key = start + "circuit-breaker:" + escape(name);
        keys.add(key);
        keys.add(key + ":votes");
        keys.add(key + ":voters");
        keys.add(key + ":broken");
    }

    /**
     * Without spaces, colons and braces, and of a bounded length: everything but ASCII letters, digits and {@code _.-}
     * is percent-encoded, and what is too long ends with a hash of the whole instead.
     */
    static String escape(String name) {
        String encoded = encode(name);
        if (encoded.length() <= MAX_LENGTH) {
            return encoded;
        }
        return encoded.substring(0, MAX_LENGTH - HASH_LENGTH - 1) + CUT + hash(encoded);
    }

    /**
     * As {@link #escape}, but of any length. Half of a surrogate pair is encoded as UTF-8 encodes other characters,
     * which is known as WTF-8: no two names have the same code.
     */
    static String encode(String text) {
        StringBuilder encoded = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(character -> {
            if (isLoneSurrogate(character)) {
                append((byte) SURROGATE_START, encoded);
                append((byte) (0x80 | ((character >> 6) & 0x3F)), encoded);
                append((byte) (0x80 | (character & 0x3F)), encoded);
            } else {
                for (byte b : Character.toString(character).getBytes(StandardCharsets.UTF_8)) {
                    append(b, encoded);
                }
            }
        });
        return encoded.toString();
    }

    private static boolean isLoneSurrogate(int character) {
        return character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE;
    }

    private static void append(byte b, StringBuilder encoded) {
        if (isPlain(b)) {
            encoded.append((char) b);
        } else {
            encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
        }
    }

    /** The text that was {@linkplain #encode encoded}; an escaped name that was cut stays cut. */
    static String decode(String encoded) {
        if (encoded.indexOf('%') < 0) {
            return encoded;
        }
        byte[] bytes = new byte[encoded.length()];
        int length = 0;
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c == '%' && isHex(encoded, i + 1) && isHex(encoded, i + 2)) {
                bytes[length++] = (byte) HexFormat.fromHexDigits(encoded, i + 1, i + 3);
                i += 2;
            } else {
                bytes[length++] = (byte) c;
            }
        }
        return text(bytes, length);
    }

    private static String text(byte[] bytes, int length) {
        StringBuilder text = new StringBuilder(length);
        int start = 0;
        for (int i = 0; i + 2 < length; i++) {
            if ((bytes[i] & 0xFF) == SURROGATE_START && (bytes[i + 1] & 0xE0) == 0xA0) {
                text.append(new String(bytes, start, i - start, StandardCharsets.UTF_8));
                text.append((char) (0xD000 | ((bytes[i + 1] & 0x3F) << 6) | (bytes[i + 2] & 0x3F)));
                start = i + 3;
                i += 2;
            }
        }
        return text.append(new String(bytes, start, length - start, StandardCharsets.UTF_8))
                .toString();
    }

    /** Not so in a name that was cut within a code. */
    private static boolean isHex(String encoded, int index) {
        return index < encoded.length() && HexFormat.isHexDigit(encoded.charAt(index));
    }

    private static boolean isPlain(byte b) {
        return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || "_.-".indexOf(b) >= 0;
    }

    private static String hash(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_LENGTH / 2);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
