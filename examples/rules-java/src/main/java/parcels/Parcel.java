package parcels;

/** What is to be sent: to where, how fast, and how heavy it is. */
record Parcel(String country, String postcode, String service, int grams) {}
