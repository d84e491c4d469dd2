package parcels;

import java.util.OptionalInt;

/**
 * A line of the tariff.
 *
 * @param number of the line, from 1 on
 * @param country a code of two letters, or {@code *} for all
 * @param postcode what a postcode begins with; all do with an empty one
 * @param service how fast
 * @param gramsMax the heaviest parcel that it is for
 * @param carrier who takes it
 * @param cents what it costs; none where nobody has said yet
 */
record Rule(
        int number, String country, String postcode, String service, int gramsMax, String carrier, OptionalInt cents) {
    static final String ALL = "*";

    /** From {@code country;postcode;service;gramsMax;carrier;cents}. */
    static Rule parse(int number, String line) {
        String[] fields = line.split(";", -1);
        if (fields.length != 6) {
            throw new IllegalStateException("line " + number + " of the tariff has no six fields: " + line);
        }
        OptionalInt cents = fields[5].isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(fields[5]));
        return new Rule(number, fields[0], fields[1], fields[2], Integer.parseInt(fields[3]), fields[4], cents);
    }

    /** For a parcel to its country and by its service, which the table has looked at. */
    boolean takes(Parcel parcel) {
        return parcel.grams() <= gramsMax && parcel.postcode().startsWith(postcode);
    }
}
